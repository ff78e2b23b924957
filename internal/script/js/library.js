// What scripts find in their arguments and their context: the names that Corteza's library has.
(function (hostCall) {
  'use strict'
  const { parse, stringify } = JSON

  // What is longer does not leave the machine; the host's own limit may be lower.
  const longest = 1 << 20

  // call asks the host. It answers "V" and JSON, "U" for nothing, or "E" and a sentence.
  async function call (name, ...args) {
    const text = stringify(args)
    if (text.length > longest) throw new RangeError('more than a host call may be given')
    const answer = hostCall(name, text)
    const rest = answer.slice(1)
    if (answer[0] === 'E') throw new Error(rest)
    return answer[0] === 'V' ? parse(rest) : undefined
  }

  const none = '0'

  function idOf (value, field) {
    if (value && typeof value === 'object') value = Object.hasOwn(value, field) ? value[field] : none
    value = String(value ?? none)
    return /^\d{1,20}$/.test(value) ? value : none
  }

  const isID = value => idOf(value) !== none

  // An Item has an id, texts and instants; whatever else it came with it keeps.
  class Item {
    apply (from, id, texts) {
      if (!from || typeof from !== 'object') return
      Object.assign(this, from)
      this[id] = idOf(from, id)
      for (const name of texts) if (this[name] !== undefined && this[name] !== null) this[name] = String(this[name])
      for (const name of ['createdAt', 'updatedAt', 'deletedAt', 'suspendedAt', 'archivedAt']) {
        if (this[name]) this[name] = new Date(this[name])
        else if (name in this) this[name] = undefined
      }
    }
  }

  class User extends Item {
    userID = none
    handle = ''
    username = ''
    email = ''
    name = ''

    constructor (from) {
      super()
      this.apply(from, 'userID', ['handle', 'username', 'email', 'name'])
    }

    get resourceType () { return 'system:user' }
    get resourceID () { return `system:user:${this.userID}` }
  }

  class Role extends Item {
    roleID = none
    name = ''
    handle = ''

    constructor (from) {
      super()
      this.apply(from, 'roleID', ['name', 'handle'])
    }

    get resourceType () { return 'system:role' }
    get resourceID () { return `system:role:${this.roleID}` }
  }

  class Application extends Item {
    applicationID = none
    name = ''

    constructor (from) {
      super()
      this.apply(from, 'applicationID', ['name'])
    }

    get resourceType () { return 'system:application' }
    get resourceID () { return `system:application:${this.applicationID}` }
  }

  const api = Object.freeze({
    userList: (filter = {}) => call('user.find', filter),
    userRead: ({ userID }) => call('user.read', userID),
    userCreate: user => call('user.create', user),
    userUpdate: user => call('user.update', user),
    userDelete: ({ userID }) => call('user.delete', userID),
    userUndelete: ({ userID }) => call('user.undelete', userID),
    userSuspend: ({ userID }) => call('user.suspend', userID),
    userUnsuspend: ({ userID }) => call('user.unsuspend', userID),
    userSetPassword: ({ userID, password }) => call('user.password', userID, password),
    roleList: (filter = {}) => call('group.find', filter),
    roleRead: ({ roleID }) => call('group.read', roleID),
    roleCreate: role => call('group.create', role),
    roleUpdate: role => call('group.update', role),
    roleDelete: ({ roleID }) => call('group.delete', roleID),
    roleUndelete: ({ roleID }) => call('group.undelete', roleID),
    roleArchive: ({ roleID }) => call('group.archive', roleID),
    roleUnarchive: ({ roleID }) => call('group.unarchive', roleID),
    roleMemberList: ({ roleID }) => call('member.list', roleID),
    roleMemberAdd: ({ roleID, userID }) => call('member.add', roleID, userID),
    roleMemberRemove: ({ roleID, userID }) => call('member.remove', roleID, userID),
    permissionsUpdate: ({ roleID, rules }) => call('rule.update', roleID, rules),
    applicationList: (filter = {}) => call('application.find', filter),
    applicationRead: ({ applicationID }) => call('application.read', applicationID),
    applicationCreate: application => call('application.create', application),
    applicationUpdate: application => call('application.update', application),
    applicationDelete: ({ applicationID }) => call('application.delete', applicationID),
    reminderList: (filter = {}) => call('reminder.find', filter),
    reminderCreate: reminder => call('reminder.create', reminder)
  })

  function listOf (answer, Made) {
    const list = { ...answer }
    list.set = Array.isArray(list.set) ? list.set.map(x => new Made(x)) : []
    return list
  }

  async function firstOf (promise, missing, fits) {
    const found = (await promise).set.find(fits)
    if (found === undefined) throw new Error(missing)
    return found
  }

  class System {
    constructor (args) {
      this.SystemAPI = api
      this.$user = args.$user
      this.$role = args.$role
      this.$application = args.$application
    }

    async findUsers (filter = {}) {
      return listOf(await api.userList(typeof filter === 'string' ? { query: filter } : filter), User)
    }

    async findUserByID (user) {
      return new User(await api.userRead({ userID: idOf(user, 'userID') }))
    }

    async findUserByEmail (email) {
      return firstOf(this.findUsers({ email }), 'user not found', () => true)
    }

    async findUserByHandle (handle) {
      return firstOf(this.findUsers({ handle }), 'user not found', () => true)
    }

    async saveUser (user) {
      user = await user
      return new User(await (isID(user.userID) ? api.userUpdate(user) : api.userCreate(user)))
    }

    async setPassword (password, user = this.$user) {
      const { userID } = await this.resolveUser(user)
      if (!isID(userID)) throw new Error('Cannot set password for non existing user')
      await api.userSetPassword({ userID, password })
    }

    async deleteUser (user) {
      const userID = idOf(await user, 'userID')
      if (isID(userID)) await api.userDelete({ userID })
    }

    async findRoles (filter = {}) {
      return listOf(await api.roleList(typeof filter === 'string' ? { query: filter } : filter), Role)
    }

    async findRoleByID (role) {
      return new Role(await api.roleRead({ roleID: idOf(role, 'roleID') }))
    }

    async findRoleByHandle (handle) {
      return firstOf(this.findRoles({ handle }), 'role not found', role => role.handle === handle)
    }

    async saveRole (role) {
      role = await role
      return new Role(await (isID(role.roleID) ? api.roleUpdate(role) : api.roleCreate(role)))
    }

    async deleteRole (role) {
      const roleID = idOf(await role, 'roleID')
      if (isID(roleID)) await api.roleDelete({ roleID })
    }

    async addUserToRole (user, role) {
      const { userID } = await this.resolveUser(user, this.$user)
      const { roleID } = await this.resolveRole(role, this.$role)
      await api.roleMemberAdd({ roleID, userID })
    }

    async removeUserFromRole (user, role) {
      const { userID } = await this.resolveUser(user, this.$user)
      const { roleID } = await this.resolveRole(role, this.$role)
      await api.roleMemberRemove({ roleID, userID })
    }

    // resolveUser takes the first of its arguments that stands for a user: an object with a userID (or an ownerID), an id,
    // an e-mail address or a handle, or a promise of one.
    async resolveUser (...candidates) {
      for (let user of candidates) {
        user = await user
        if (!user) continue
        if (typeof user === 'string') return this.#userByText(user)
        if (typeof user !== 'object') continue
        if (user.userID) return user
        return this.resolveUser(user.ownerID)
      }
      throw new Error('unexpected input type for user resolver')
    }

    async #userByText (text) {
      if (isID(text)) return this.findUserByID(text).catch(() => this.findUserByHandle(text))
      if (text.indexOf('@') > 0) return this.findUserByEmail(text).catch(() => this.findUserByHandle(text))
      return this.findUserByHandle(text)
    }

    // resolveRole does the same for roles.
    async resolveRole (...candidates) {
      for (let role of candidates) {
        role = await role
        if (!role) continue
        if (typeof role === 'string') {
          if (isID(role)) return this.findRoleByID(role).catch(() => this.findRoleByHandle(role))
          return this.findRoleByHandle(role)
        }
        if (typeof role === 'object' && role.roleID) return role
      }
      throw new Error('unexpected input type for role resolver')
    }

    allow (...rules) { return this.#setRules(rules, 'allow') }
    deny (...rules) { return this.#setRules(rules, 'deny') }
    inherit (...rules) { return this.#setRules(rules, 'inherit') }

    async #setRules (rules, access) {
      const byRole = new Map()
      for (const { role, resource, operation } of rules) {
        const roleID = idOf(role, 'roleID')
        if (!byRole.has(roleID)) byRole.set(roleID, [])
        byRole.get(roleID).push({ resource: resource.resourceID ?? String(resource), operation, access })
      }
      for (const [roleID, list] of byRole) await api.permissionsUpdate({ roleID, rules: list })
    }
  }

  const compose = Object.freeze({
    async sendMail (to, subject, { html = '' } = {}, { cc = [] } = {}) {
      if (!to) throw new Error('expecting to email address')
      if (!subject) throw new Error('expecting subject')
      if (!html) throw new Error('expecting HTML body')
      await call('mail.send', { to: [to].flat(), cc: [cc].flat(), subject, html })
    }
  })

  // What arguments become objects of which class.
  const classes = new Map([
    ['user', User], ['oldUser', User], ['invoker', User], ['authUser', User],
    ['role', Role], ['oldRole', Role], ['application', Application], ['oldApplication', Application]
  ])
  const changeable = new Set(['user', 'role', 'application'])

  function argsOf (given) {
    const args = {}
    const put = (name, value) => Object.defineProperty(args, name, { value, enumerable: true })
    for (const name of Object.keys(given)) {
      const Made = classes.get(name)
      if (Made === undefined) {
        put(name, given[name])
        continue
      }
      const value = given[name] && typeof given[name] === 'object' ? new Made(given[name]) : undefined
      put('$' + name, changeable.has(name) ? value : Object.freeze(value))
      put('raw' + name[0].toUpperCase() + name.slice(1), given[name])
    }
    return args
  }

  function contextOf (args) {
    return Object.freeze({
      console: globalThis.console,
      log: globalThis.console,
      SystemAPI: api,
      System: new System(args),
      Compose: compose,
      $invoker: args.$invoker,
      get $authUser () { return Promise.resolve(args.$authUser) }
    })
  }

  return { argsOf, contextOf }
})
