import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lookUpSentMail } from './sent-mail-lookup.js';

let server: Server | null = null;
let asked: string | null = null;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function archiveThatAnswers(body: unknown, status = 200): Promise<string> {
  server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://archive').searchParams;
    asked = query.get('messageId') ?? query.get('query');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages`;
}

const id = '<case.letter@support.example>';

describe('looking a sent mail up', () => {
  test.each([
    ['messages with this id', { messages: [{ messageId: id }] }, true],
    ['a bare list', [{ messageId: 'case.letter@support.example' }], true],
    ['messages that it does not name', { messages: [{}] }, true],
    ['no messages', { messages: [] }, false],
    ['other messages only', { messages: [{ messageId: '<other@support.example>' }, { messageId: null }] }, false],
  ])('an archive that answers %s', async (_, body, found) => {
    expect(await lookUpSentMail(await archiveThatAnswers(body), id)).toBe(found);
    expect(asked).toBe(id);
  });

  test('an archive with a search language of its own is asked in that language', async () => {
    const archive = await archiveThatAnswers({ messages: [{ MessageID: 'case.letter@support.example' }] });
    const search = archive.replace('/api/messages', '/api/v1/search?query=message-id:"{messageId}"');
    expect(await lookUpSentMail(search, id)).toBe(true);
    expect(asked).toBe('message-id:"case.letter@support.example"');
  });

  test('an archive that cannot tell is no answer', async () => {
    await expect(lookUpSentMail(await archiveThatAnswers({}, 503), id)).rejects.toThrow('answered 503, expected 200');
  });

  test('an answer that is no list is no answer', async () => {
    await expect(lookUpSentMail(await archiveThatAnswers({ found: true }), id)).rejects.toThrow('no list of messages');
  });
});
