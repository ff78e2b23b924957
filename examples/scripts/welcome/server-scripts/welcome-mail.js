// Welcomes people who have signed up with a mail. Mail is sent by administrators alone, so the script runs as one: name yours.
const escape = text => text.replace(/[&<>"]/g, c => '&#' + c.charCodeAt(0) + ';')

export default {
  label: 'Welcome mail',
  description: 'After somebody has signed up, writes him a mail.',

  security: { runAs: 'admin' },

  triggers: ({ after }) => [
    after('signup').for('system:auth')
  ],

  async exec ({ $user }, { Compose }) {
    const name = escape($user.name || $user.handle || $user.email)
    await Compose.sendMail($user.email, 'Welcome', {
      html: `<p>Dear ${name},</p><p>it is good to have you here.</p>`
    })
  }
}
