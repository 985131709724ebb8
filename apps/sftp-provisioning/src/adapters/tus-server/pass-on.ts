import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { headers, type Space, type TusAddress } from './tus-server.js';

const passedOn = /^(?:tus-|upload-|content-type$|content-length$)/;
const passedBack = /^(?:tus-|upload-|location$|cache-control$|content-type$|content-length$)/;

/** Passes a request of the tus protocol on to where uploads are received, and the answer back. */
export async function passOn(
  address: TusAddress,
  space: Space,
  path: string,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const onward = ask({
    host: '127.0.0.1',
    port: address.port,
    method: request.method,
    path,
    headers: {
      ...chosen(request.headers, passedOn),
      [headers.secret]: address.secret,
      [headers.spaceId]: space.spaceId,
      [headers.caseId]: space.caseId,
    },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    onward.once('response', resolve).once('error', reject);
  });
  response.once('close', () => {
    if (!response.writableFinished) onward.destroy();
  });
  // A refusal may come while the customer still sends: then the answer counts and the rest is not wanted.
  const sent = pipeline(request, onward).catch(() => undefined);
  const answer = await answered;
  response.writeHead(answer.statusCode ?? 502, chosen(answer.headers, passedBack));
  await Promise.all([pipeline(answer, response).catch(() => undefined), sent]);
}

function chosen(given: IncomingMessage['headers'], names: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && names.test(entry[0]),
    ),
  );
}
