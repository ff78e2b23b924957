export default {
  label: 'L denied',
  description: 'D',
  security: { deny: ['admins'] },
  triggers: ({ on }) => [on('manual').for('system', 'system:user')],
  exec () {}
}
