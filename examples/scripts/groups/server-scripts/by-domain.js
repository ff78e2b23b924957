// Puts people into a role by the domain of their address, at each sign-in. Not at sign-up: then an address may be anything that
// somebody has typed, and who signs in has confirmed it, where the house asks for that.
const roles = { 'example.org': 'staff', 'partner.example': 'partners' } // domain: handle of the role

export default {
  label: 'Roles by domain',
  description: 'After a sign-in, makes the user a member of the role that his domain has.',

  security: { runAs: 'admin' },

  triggers: ({ after }) => [
    after('login').for('system:auth')
  ],

  async exec ({ $user }, { System, SystemAPI }) {
    const handle = roles[$user.email.toLowerCase().split('@').pop()]
    if (!handle) return
    const { roleID } = await System.findRoleByHandle(handle)
    const { userID } = $user
    const members = await SystemAPI.roleMemberList({ roleID })
    if (!members.includes(userID)) await SystemAPI.roleMemberAdd({ roleID, userID })
  }
}
