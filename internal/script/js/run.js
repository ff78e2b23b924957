// begin starts exec and end says how it went, after the engine has done all that was queued.
(function (library) {
  'use strict'
  const { argsOf, contextOf } = library
  const { parse, stringify } = JSON
  const { getPrototypeOf: parent, prototype: plain } = Object
  let how = 'pending'
  let value = ''
  let stack = ''

  function resultOf (returned) {
    if (returned === undefined) return {}
    const proto = returned !== null && typeof returned === 'object' ? parent(returned) : undefined
    return proto === plain || proto === null ? returned : { result: returned }
  }

  function failed (e) {
    how = 'aborted'
    try {
      const error = e instanceof Error
      const message = error || (e && typeof e === 'object') ? e.message : e
      value = typeof message === 'string' ? message : message === undefined || message === null ? '' : String(message)
      if (error) {
        stack = String(e.stack ?? '').slice(0, 4096)
        if (e instanceof InternalError || e instanceof SyntaxError) how = exceeded(e.message)
      }
      value = value.slice(0, 1000)
    } catch { value = '' }
  }

  function exceeded (message) {
    if (message.startsWith('out of memory')) return 'memory'
    if (message === 'interrupted') return 'time'
    return message === 'stack overflow' ? 'stack' : 'aborted'
  }

  async function begin (script, args, outputLimit) {
    try {
      args = argsOf(parse(args))
      const returned = await script.exec(args, contextOf(args))
      if (returned === false) {
        how = 'aborted'
        return
      }
      value = stringify(resultOf(returned)) ?? '{}'
      how = value.length > outputLimit ? 'output' : 'done'
      if (how !== 'done') value = ''
    } catch (e) {
      failed(e)
    }
  }

  return { begin (script, args, outputLimit) { begin(script, args, outputLimit) }, end: () => stringify([how, value, stack]) }
})
