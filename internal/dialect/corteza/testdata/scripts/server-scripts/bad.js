export default { label: 'bad',
