// console keeps what a script says, for whoever reads the log.
(function (hostLog) {
  'use strict'
  const { stringify } = JSON
  function textOf (value) {
    if (typeof value === 'string') return value
    try {
      if (value instanceof Error) return `${value}`
      if (value !== null && typeof value === 'object') return stringify(value) ?? ''
      return String(value)
    } catch { return '?' }
  }
  const console = {}
  for (const level of ['trace', 'debug', 'info', 'log', 'warn', 'error', 'fatal']) {
    console[level] = (...values) => {
      let line = ''
      for (const value of values) line += (line === '' ? '' : ' ') + textOf(value).slice(0, 4096)
      hostLog(level === 'log' ? 'info' : level, line.slice(0, 4096))
    }
  }
  globalThis.console = Object.freeze(console)
})
