import { describe } from '@jest/globals';
import { aRoom } from '../a-space.js';
import { clientsBehave } from './clients-behave.js';

describe('the built-in SFTP server with', () => {
  clientsBehave((settings) => aRoom(settings));
});
