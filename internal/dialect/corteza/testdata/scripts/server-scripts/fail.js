export default {
  label: 'L fail',
  description: 'D',
  triggers: ({ on }) => [on('manual').for('system', 'system:user')],
  exec () { return { much: 'x'.repeat(300 << 10) } }
}
