export function FirstRun() {
  return <p>What would you like to do?</p>;
}
