// describe says what a script's default export is. Its words are Corteza's: triggers are made by on, before, after, for,
// where, uiProp, every and at; iterators by each.
(function () {
  'use strict'
  const { stringify } = JSON
  const resource = 'system'

  const eventsOf = (when, names) => names.map(name => when + name[0].toUpperCase() + name.slice(1))
  const together = (old, more) => [...new Set([...old, ...more])]

  class Trigger {
    eventTypes = []
    resourceTypes = []
    constraints = []
    uiProps = []

    constructor (from) { Object.assign(this, from) }

    where (...words) {
      const name = words.length > 1 ? words.shift() : undefined
      const op = words.length > 1 ? words.shift() : undefined
      return new Trigger({ ...this, constraints: [...this.constraints, { name, op, value: words.flat() }] })
    }
  }

  // The other words begin a trigger, too, when they are taken off the object that they came with: ({ on }) => on('manual').
  const words = {
    on: (t, names) => ({ eventTypes: together(t.eventTypes, eventsOf('on', names)) }),
    before: (t, names) => ({ eventTypes: together(t.eventTypes, eventsOf('before', names)) }),
    after: (t, names) => ({ eventTypes: together(t.eventTypes, eventsOf('after', names)) }),
    for: (t, types) => ({ resourceTypes: together(t.resourceTypes, types) }),
    uiProp: (t, [name, value]) => ({ uiProps: [...t.uiProps, { name, value }] }),
    every: (t, value) => later(t, 'interval', value),
    at: (t, value) => later(t, 'timestamp', value)
  }
  const later = (t, name, value) => ({
    resourceTypes: together(t.resourceTypes, [resource]),
    eventTypes: together(t.eventTypes, eventsOf('on', [name])),
    constraints: [...t.constraints, { name, value: value.flat() }]
  })
  for (const word of Object.keys(words)) {
    Trigger.prototype[word] = function (...args) {
      const from = this instanceof Trigger ? this : new Trigger()
      return new Trigger({ ...from, ...words[word](from, args) })
    }
  }

  function triggersOf (made) {
    if (typeof made === 'function') made = made(new Trigger())
    if (made === null || typeof made !== 'object') return []
    const list = typeof made[Symbol.iterator] === 'function' ? [...made] : [made]
    return list.filter(t => t instanceof Trigger || (t && typeof t === 'object' && Array.isArray(t.eventTypes)))
  }

  class Iterator {
    resourceType = ''
    eventType = 'onManual'
    action = ''
    filter = {}
    deferred = []

    constructor (from) { Object.assign(this, from) }
    every (...value) { return new Iterator({ ...this, eventType: 'onInterval', deferred: value }) }
    at (...value) { return new Iterator({ ...this, eventType: 'onTimestamp', deferred: value }) }
  }

  function iteratorOf (made) {
    if (typeof made === 'function') made = made(from => new Iterator(from))
    if (!(made instanceof Iterator)) throw new SyntaxError('iterator not defined')
    return made
  }

  function securityOf (security) {
    if (security === undefined || security === null) return null
    if (typeof security === 'string') return { runAs: security, deny: [], allow: [] }
    if (typeof security !== 'object') throw new SyntaxError('unknown security definition format')
    const { runAs, deny, allow } = security
    if (!runAs && !deny && !allow) return null
    const list = x => !x ? [] : Array.isArray(x) ? x : [x]
    return { runAs, deny: list(deny), allow: list(allow) }
  }

  // noBrowser stands for everything that a client script may touch before it is run: any member of it, and whatever it
  // is asked to do, is itself.
  const Stand = Proxy
  function noBrowser () {
    const stand = new Stand(function () {}, {
      get: (_, name) => name === Symbol.toPrimitive ? () => '' : name === Symbol.iterator ? () => [][Symbol.iterator]() : stand,
      set: () => true,
      has: () => true,
      apply: () => stand,
      construct: () => stand,
      defineProperty: () => true,
      deleteProperty: () => true,
      ownKeys: () => ['prototype'],
      getPrototypeOf: () => null
    })
    for (const name of ['window', 'self', 'document', 'navigator', 'location', 'localStorage', 'sessionStorage', 'fetch',
      'XMLHttpRequest', 'setTimeout', 'setInterval', 'requestAnimationFrame', 'URL', 'URLSearchParams']) {
      globalThis[name] = stand
    }
    globalThis.elsewhere = stand
  }

  function describe (script) {
    if (script === undefined) throw new SyntaxError('expecting default export')
    if (script === null || typeof script !== 'object') throw new SyntaxError('expecting object as default export')
    const out = {}
    if (typeof script.label === 'string') out.label = script.label
    if (typeof script.description === 'string') out.description = script.description
    if (script.iterator) {
      out.iterator = iteratorOf(script.iterator)
    } else if (script.triggers) {
      out.triggers = triggersOf(script.triggers)
      if (out.triggers.length === 0) throw new SyntaxError('triggers not defined')
    } else {
      throw new SyntaxError('triggers or iterator definition missing')
    }
    if (script.exec === undefined) throw new SyntaxError('exec function missing')
    if (typeof script.exec !== 'function') throw new SyntaxError('exec is not a function')
    out.security = securityOf(script.security)
    return stringify(out)
  }

  return { describe, noBrowser }
})()
