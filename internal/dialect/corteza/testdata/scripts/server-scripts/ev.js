export default {
  label: 'ev',
  triggers: ({ after }) => [after('create').for('compose:record').where('module', 'eq', 'm')],
  exec () {}
}
