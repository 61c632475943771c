/** The process cannot start: each line says what is wrong and names the key. Exit code 2. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}
