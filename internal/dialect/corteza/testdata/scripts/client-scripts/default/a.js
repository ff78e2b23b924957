export default {
  label: 'A',
  triggers: ({ on }) => [on('manual').for('system:user')],
  exec () { console.log('hi') }
}
