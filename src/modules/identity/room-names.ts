/**
 * The name of a person's track room, which the tracking module holds; here because closing an account ends rights to it.
 * In code it is "track" everywhere. Its stored names are older and stay: rooms are `user:9`, the binding is `USER_ROOMS`
 * with the class `UserRoom`, and `location` is the name of one's own track as a socket (`ws/location/`) and subscription.
 */
const PREFIX = "user:";

export const trackRoom = (userId: number) => `${PREFIX}${userId}`;

/** The user id of the track's owner, from the room's name. */
export const trackOwner = (room: string) => Number(room.slice(PREFIX.length));
