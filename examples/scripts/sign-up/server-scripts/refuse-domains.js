// Refuses sign-ups with an address of these domains, and of what is below them. What is thrown is what people are told.
const refused = ['mailinator.com', 'competitor.example']

export default {
  label: 'Refuse sign-ups from some domains',
  description: 'Before anybody signs up, compares the domain of the address with a list.',

  triggers: ({ before }) => [
    before('signup').for('system:auth')
  ],

  exec ({ $user }) {
    const domain = $user.email.toLowerCase().split('@').pop()
    if (refused.some(name => domain === name || domain.endsWith('.' + name))) {
      throw new Error('Addresses of ' + domain + ' are not taken here.')
    }
  }
}
