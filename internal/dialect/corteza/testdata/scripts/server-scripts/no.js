export default {
  label: 'L no',
  description: 'D',
  triggers: ({ on }) => [on('manual').for('system', 'system:user')],
  exec () { return false }
}
