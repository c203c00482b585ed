/** The body of a car post with every required field. */
export const CAR_POST = {
  car_name: "Astra",
  model: "Opel",
  year: "2015",
  engine: "1.6",
  fuel: "diesel",
  body: "wagon",
  transmission: "manual",
  gear_number: "6",
  color: "blue",
  seat_number: "5",
  milleage: "100000",
  power: "110",
  emission_standard: "5",
  price: "1000",
};
