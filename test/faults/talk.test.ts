import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectPerson, type IrcPerson } from '../support/irc/client.ts';
import { NICK, openRoom, ROOM, type Room } from './talk.ts';

describe('the room of a round', () => {
  let room: Room;
  let bot: IrcPerson;
  beforeAll(async () => {
    room = await openRoom();
    bot = await connectPerson(room.server, {
      nick: NICK,
      caps: ['message-tags', 'echo-message', 'draft/message-redaction'],
    });
    await bot.join(ROOM);
  });
  afterAll(async () => {
    await bot.quit();
    await room.stop();
  });
  const textsOf = (heard: ReturnType<Room['heard']>) => heard.map(({ line }) => line);

  it('keeps the order of what was said for who reads on, when the bot takes back what was read already', async () => {
    bot.say(ROOM, 'demo: provisioning, 1 of 2 done');
    await bot.settled();
    expect(textsOf(room.heard())).toEqual(['demo: provisioning, 1 of 2 done']);
    const [first] = room.server.world.said;
    bot.write(`REDACT ${ROOM} ${first?.id}`);
    bot.say(ROOM, 'demo ready in 31 s');
    await bot.settled();
    expect(textsOf(room.heard().slice(1))).toEqual(['demo ready in 31 s']);
    expect(textsOf(room.standing())).toEqual(['demo ready in 31 s']);
  });
});
