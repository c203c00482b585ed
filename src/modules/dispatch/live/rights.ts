/** The rights of the console by which staff in groups enter the rooms of orders and trucks, and the operators' room. */
export const READ_ORDERS = "orders:read";
export const READ_TRUCKS = "tow-trucks:read";

/** The operators' room tells of all orders and trucks. Of tickets it tells only which one changed. */
export const READ_OPS = [READ_ORDERS, READ_TRUCKS];
