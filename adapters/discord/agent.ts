import { Agent } from 'undici';

/**
 * What carries Discord's requests. Without one of its own discord.js takes the process's: that of whichever undici was
 * loaded first, and Slack's library brings another version, which refuses the forms that files are sent in.
 */
export const discordAgent = new Agent();
