/**
 * `Date.now` that a test can shift. Once and for good, and before any object is watched: rooms keep the function that they
 * found when they were constructed, and one with the platform's own would have its alarms due again and again.
 */

const realNow = Date.now.bind(Date);

/** How far `Date.now` is ahead. */
export const shift = { ms: 0 };

Date.now = () => Math.round(realNow() + shift.ms);
