// What follows runs first in each machine. It takes away what no script needs and what could work on without end inside the
// engine, where no clock reaches it: the engine asks whether to go on between steps of a script, and while it matches
// regular expressions, but not while it walks an array of four billion holes or looks for one long text in another.
(function (G) {
  'use strict'
  const { apply, ownKeys } = Reflect
  const { defineProperty, freeze, hasOwn, getOwnPropertyDescriptor: descriptor, getPrototypeOf: parent } = Object
  const { isArray } = Array
  const { isView } = ArrayBuffer

  // Elements that an array may have where the engine walks it by itself, and characters that a search may compare.
  const walk = 1 << 20
  const compares = 1 << 26

  function put (object, name, value) {
    defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true })
  }

  // replace gives the built-in functions of an object bodies that call or copy them.
  function replace (object, names, body) {
    for (const name of names) {
      const native = object[name]
      if (native === undefined) continue
      const ours = body(native)
      defineProperty(ours, 'name', { value: name, configurable: true })
      put(object, name, ours)
    }
  }

  // Proxies would make any length a moving target; shared memory and finalizers are of no use to one run.
  for (const name of ['Proxy', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'eval']) delete G[name]

  // Nor would any operator on big integers look up.
  for (const name of ['BigInt', 'BigInt64Array', 'BigUint64Array']) delete G[name]
  for (const name of ['getBigInt64', 'getBigUint64', 'setBigInt64', 'setBigUint64']) delete DataView.prototype[name]

  // Code made of texts: the compiler needs a time that grows with the square of what it is given.
  const noCode = { Function () { throw new TypeError('code in texts is not run') } }.Function
  const NoCode = function Function () { noCode() }
  NoCode.prototype = Function.prototype
  for (const f of [function () {}, async function () {}, function * () {}, async function * () {}]) {
    defineProperty(parent(f), 'constructor', { value: NoCode, writable: false, enumerable: false, configurable: false })
  }
  put(G, 'Function', NoCode)

  // bounded throws if what an array's method is called on could be longer than it says, or is too long.
  function bounded (o) {
    if (o === null || (typeof o !== 'object' && typeof o !== 'function')) return
    let length
    if (isArray(o)) {
      length = o.length
    } else {
      const own = descriptor(o, 'length')
      if (own === undefined && !('length' in o)) return
      if (own === undefined || typeof own.value !== 'number' || isView(o)) throw new TypeError('not an array')
      length = own.value
    }
    if (length > walk) throw new RangeError('the array is too long')
  }

  replace(Array.prototype, ['copyWithin', 'every', 'fill', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex',
    'forEach', 'join', 'map', 'reduce', 'reduceRight', 'reverse', 'shift', 'slice', 'some', 'splice', 'toLocaleString',
    'toReversed', 'toSpliced', 'unshift', 'with'], native => ({
    method (...args) {
      bounded(this)
      return apply(native, this, args)
    }
  }).method)

  // The engine compares texts without looking up, so it sorts by a function that is called.
  function byText (a, b) {
    a = `${a}`
    b = `${b}`
    return a < b ? -1 : a > b ? 1 : 0
  }
  replace(Array.prototype, ['sort', 'toSorted'], native => ({
    method (compare) {
      bounded(this)
      return apply(native, this, [compare === undefined ? byText : compare])
    }
  }).method)

  function sizeOf (o) {
    const n = Math.trunc(Number(o.length))
    return n > 0 ? Math.min(n, Number.MAX_SAFE_INTEGER) : 0
  }

  function startOf (from, n) {
    from = Math.trunc(Number(from)) || 0
    return from < 0 ? Math.max(n + from, 0) : from
  }

  // These walk in JavaScript, where each step can be the last.
  replace(Array.prototype, ['indexOf'], () => ({
    method (x, from) {
      const o = Object(this)
      const n = sizeOf(o)
      for (let i = startOf(from, n); i < n; i++) if (i in o && o[i] === x) return i
      return -1
    }
  }).method)
  replace(Array.prototype, ['includes'], () => ({
    method (x, from) {
      const o = Object(this)
      const n = sizeOf(o)
      for (let i = startOf(from, n); i < n; i++) if (o[i] === x || (x !== x && o[i] !== o[i])) return true // eslint-disable-line
      return false
    }
  }).method)
  replace(Array.prototype, ['lastIndexOf'], () => ({
    method (x, ...from) {
      const o = Object(this)
      const n = sizeOf(o)
      let i = n - 1
      if (from.length > 0) {
        const at = Math.trunc(Number(from[0])) || 0
        i = at < 0 ? n + at : Math.min(at, n - 1)
      }
      for (; i >= 0; i--) if (i in o && o[i] === x) return i
      return -1
    }
  }).method)

  function append (out, o) {
    const n = sizeOf(o)
    const base = out.length
    for (let i = 0; i < n; i++) if (i in o) out[base + i] = o[i]
    out.length = base + n
  }

  replace(Array.prototype, ['concat'], () => ({
    method (...items) {
      const out = []
      if (isArray(this)) append(out, this)
      else out[0] = Object(this)
      for (let i = 0; i < items.length; i++) {
        if (isArray(items[i])) append(out, items[i])
        else out[out.length] = items[i]
      }
      return out
    }
  }).method)

  function flatten (out, o, depth) {
    const n = sizeOf(o)
    for (let i = 0; i < n; i++) {
      if (!(i in o)) continue
      if (depth > 0 && isArray(o[i])) flatten(out, o[i], depth - 1)
      else out[out.length] = o[i]
    }
    return out
  }

  replace(Array.prototype, ['flat'], () => ({
    method (depth = 1) { return flatten([], Object(this), Number(depth) || 0) }
  }).method)
  replace(Array.prototype, ['flatMap'], () => ({
    method (f, self) {
      const mapped = []
      const o = Object(this)
      const n = sizeOf(o)
      for (let i = 0; i < n; i++) if (i in o) mapped[mapped.length] = apply(f, self, [o[i], i, o])
      return flatten([], mapped, 1)
    }
  }).method)

  // A search for text in text costs the product of their lengths.
  function affordable (text, pattern) {
    if (text.length * pattern.length > compares) throw new RangeError('the texts are too long to search')
  }
  function subject (self) {
    if (self === undefined || self === null) throw new TypeError('not a text')
    return `${self}`
  }
  replace(String.prototype, ['indexOf', 'lastIndexOf', 'includes'], native => ({
    method (pattern, ...rest) {
      const text = subject(this)
      if (typeof pattern === 'object') return apply(native, text, [short(pattern), ...rest])
      pattern = `${pattern}`
      affordable(text, pattern)
      return apply(native, text, [pattern, ...rest])
    }
  }).method)
  // short is for what is no text yet: a regular expression stays one, so that the engine refuses it.
  function short (pattern) {
    if (pattern instanceof RegExp) return pattern
    pattern = `${pattern}`
    if (pattern.length > 64) throw new RangeError('the texts are too long to search')
    return pattern
  }
  for (const [name, symbol] of [['split', Symbol.split], ['replace', Symbol.replace], ['replaceAll', Symbol.replace]]) {
    replace(String.prototype, [name], native => ({
      method (pattern, ...rest) {
        const text = subject(this)
        if (pattern instanceof RegExp) {
          if (name === 'replaceAll' && !`${pattern.flags}`.includes('g')) throw new TypeError('the flag g is missing')
          return apply(pattern[symbol], pattern, [text, ...rest])
        }
        if (pattern === undefined && name === 'split') return [text]
        pattern = `${pattern}`
        affordable(text, pattern)
        return apply(native, text, [pattern, ...rest])
      }
    }).method)
  }
  put(String, 'raw', function raw (template, ...values) {
    const parts = template.raw
    const n = sizeOf(parts)
    let out = ''
    for (let i = 0; i < n; i++) out += i < values.length && i + 1 < n ? `${parts[i]}${values[i]}` : `${parts[i]}`
    return out
  })

  // A class of many characters is sorted by the engine, in a time that grows with the square of their number.
  const patternLength = 4096
  function patternOf (pattern) {
    if (pattern === undefined || pattern instanceof RegExp) return pattern
    pattern = `${pattern}`
    if (pattern.length > patternLength) throw new RangeError('the regular expression is too long')
    return pattern
  }
  const Pattern = RegExp
  delete Pattern.prototype.compile
  function ShortRegExp (pattern, flags) {
    return Reflect.construct(Pattern, [patternOf(pattern), flags], new.target ?? ShortRegExp)
  }
  ShortRegExp.prototype = Pattern.prototype
  defineProperty(ShortRegExp, 'name', { value: 'RegExp' })
  defineProperty(ShortRegExp, Symbol.species, { get () { return this } })
  if (Pattern.escape) put(ShortRegExp, 'escape', Pattern.escape)
  put(Pattern.prototype, 'constructor', ShortRegExp)
  put(G, 'RegExp', ShortRegExp)
  replace(String.prototype, ['match', 'matchAll', 'search'], native => ({
    method (pattern) { return apply(native, subject(this), [patternOf(pattern)]) }
  }).method)

  // The engine tries a pattern at each place by itself.
  for (const symbol of [Symbol.split, Symbol.replace, Symbol.match]) {
    const native = RegExp.prototype[symbol]
    put(RegExp.prototype, symbol, {
      method (text, ...rest) {
        text = `${text}`
        if (text.length > walk) throw new RangeError('the text is too long')
        return apply(native, this, [text, ...rest])
      }
    }.method)
  }

  // Marks that stand on one letter are put in order, in a time that grows with the square of their number.
  const heaped = /\p{M}{64}/u
  const { test } = RegExp.prototype
  function orderly (text) {
    if (text.length > walk || apply(test, heaped, [text])) throw new RangeError('the text is too long')
    return text
  }
  replace(String.prototype, ['normalize'], native => ({
    method (...form) { return apply(native, orderly(subject(this)), form) }
  }).method)
  replace(String.prototype, ['localeCompare'], native => ({
    method (other) { return apply(native, orderly(subject(this)), [orderly(`${other}`)]) }
  }).method)

  // Typed arrays are sorted without looking up, too.
  const { get: lengthOfTyped } = descriptor(parent(Uint8Array.prototype), 'length')
  replace(parent(Uint8Array.prototype), ['sort', 'toSorted'], native => ({
    method (...compare) {
      if (apply(lengthOfTyped, this, []) > walk) throw new RangeError('the array is too long')
      return apply(native, this, compare)
    }
  }).method)

  // A text can be made so that the engine looks for each of its names among all those before.
  const parse = JSON.parse
  put(JSON, 'parse', {
    parse (text, reviver) {
      text = `${text}`
      if (text.length > walk) throw new RangeError('the text is too long')
      return parse(text, reviver)
    }
  }.parse)

  // A replacer that is a list is walked by the engine.
  const stringify = JSON.stringify
  put(JSON, 'stringify', {
    stringify (value, replacer, space) {
      if (isArray(replacer)) {
        const names = []
        for (let i = 0; i < replacer.length; i++) if (i in replacer) names[names.length] = replacer[i]
        replacer = names
      }
      return stringify(value, replacer, space)
    }
  }.stringify)

  // These go through other people's iterators without looking up.
  for (const name of ['union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf',
    'isDisjointFrom']) delete Set.prototype[name]
  delete Iterator.prototype.drop
  delete Iterator.concat
  delete Math.sumPrecise
  delete Array.fromAsync

  // In a run, it is always the moment at which the run began.
  const Clock = Date
  let now = 0
  function OneDate (...args) {
    if (new.target === undefined) return new Clock(now).toString()
    return Reflect.construct(Clock, args.length === 0 ? [now] : args, new.target)
  }
  OneDate.prototype = Clock.prototype
  defineProperty(OneDate, 'name', { value: 'Date' })
  put(OneDate, 'parse', Clock.parse)
  put(OneDate, 'UTC', Clock.UTC)
  put(OneDate, 'now', { now () { return now } }.now)
  put(Clock.prototype, 'constructor', OneDate)
  put(G, 'Date', OneDate)

  // What is built in stays what it is. Where scripts are used to giving their own objects such a property, the frozen one is
  // behind a setter, since a plain frozen one would forbid it.
  const seen = new Set()
  function still (object) {
    if (object === null || (typeof object !== 'object' && typeof object !== 'function')) return
    if (typeof object === 'function' && object !== Function.prototype && !hasOwn(object, 'prototype')) { // a method: its name and length lead nowhere
      freeze(object)
      return
    }
    if (seen.has(object)) return
    seen.add(object)
    const names = ownKeys(object)
    for (let i = 0; i < names.length; i++) {
      const d = descriptor(object, names[i])
      still(d.value)
      still(d.get)
      still(d.set)
    }
    still(parent(object))
    freeze(object)
  }
  function shadowable (object) {
    const names = ownKeys(object)
    for (let i = 0; i < names.length; i++) {
      const name = names[i]
      const d = descriptor(object, name)
      if (!('value' in d) || !d.configurable) continue
      const value = d.value
      defineProperty(object, name, {
        get: { get () { return value } }.get,
        set: {
          set (x) {
            if (this === object) throw new TypeError(`${String(name)} is read-only`)
            defineProperty(this, name, { value: x, writable: true, enumerable: true, configurable: true })
          }
        }.set,
        enumerable: false,
        configurable: false
      })
    }
  }
  shadowable(Object.prototype)
  for (const E of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) shadowable(E.prototype)
  const values = ownKeys(G)
  for (let i = 0; i < values.length; i++) if (values[i] !== 'globalThis') still(G[values[i]])
  for (const made of [[][Symbol.iterator](), new Map().entries(), new Set().entries(), ''[Symbol.iterator](),
    ''.matchAll(/a/g), function * () {}, async function () {}, async function * () {}, Iterator.from({ next () {} }),
    [].values().map(x => x)]) {
    still(parent(made))
  }

  return { began (at) { now = at } }
})(globalThis)
