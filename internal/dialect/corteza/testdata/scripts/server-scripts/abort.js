export default {
  label: 'L abort',
  description: 'D',
  triggers: ({ on }) => [on('manual').for('system', 'system:user')],
  exec () { throw new Error('not on a Sunday') }
}
