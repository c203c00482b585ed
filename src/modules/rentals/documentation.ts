/** Texts and examples of car posts and drivers' documents, for the API documents. */
import { type Documentation, either } from "../../platform/http/documents/documentation.ts";

const car = {
  body: ["Kind of the body.", "Hatchback"],
  location: ["Where the car is.", "Moscow, Arbat"],
  price: ["Price of a day, as text.", "3200.00"],
  year: ["Year it was made, as text.", "2021"],
  version: ["Version of the model.", "GT"],
  description: ["Text in the words of the owner.", "Well kept, with winter tyres."],
} as const;

export const documentation: Documentation = {
  properties: {
    car_name: ["Make of the car.", "Volkswagen"],
    car_post_id: ["The post's id.", 12],
    color: ["Colour.", "blue"],
    contact: ["How to reach the owner.", "+79161234567"],
    door_number: ["Number of doors, as text.", "4"],
    emission_standard: ["Emission standard.", "Euro 6"],
    engine: ["Engine.", "1.6 TDI"],
    expiration_date: ["Last day it is valid.", "2027-03-31", "date"],
    file_id: ["The upload's id.", 31],
    file_name: ["The file's name.", "front.jpg"],
    file_type: ["The file's media type.", "image/jpeg"],
    fuel: ["Fuel.", "diesel"],
    gear_number: ["Number of gears, as text.", "6"],
    headers: ["Headers to send.", { "Content-Type": "image/jpeg" }],
    kind: ["Kind of the document.", "license"],
    method: "Method of the request.",
    milleage: ["Kilometres driven, as text.", "48000"],
    model: ["Model.", "Golf"],
    mpg: ["Consumption, as text.", "52"],
    power: ["Power, as text.", "110"],
    seat_number: ["Number of seats, as text.", "5"],
    size: ["Bytes.", 482913],
    transmission: ["Transmission.", "manual"],
    version: ["Version: of a row, or of a model.", "5f3a"],
    "Content-Type": ["The file's media type.", "image/jpeg"],
    "x-caravan-expires": ["As the answer to the start says.", "1777887000"],
    "x-caravan-file": ["As the answer to the start says.", "31"],
    "x-caravan-signature": ["As the answer to the start says.", "7c0d4e1b"],
    "x-caravan-size": ["As the answer to the start says.", "482913"],
  },
  schemas: {
    "CarPost NewCarPost CarPostChange CarPostWithPicture PostCarpostsBody PutCarpostsByIdBody": car,
    CarPostWithPicture: {
      image: ["The picture's address; null without one.", "https://caravan.example/media/12.jpg"],
    },
    UploadForm: {
      fields: ["Fields of the form.", { key: "car/12/front.jpg" }],
      "put.url": ["Where to PUT the file.", "https://storage.caravan.example/car/12/front.jpg"],
      "put.method": "Always PUT.",
      "put.headers": ["Headers to send.", { "Content-Type": "image/jpeg" }],
    },
    UploadFormFields: {
      key: ["As the answer to the start says.", "car/12/front.jpg"],
      file: ["The file itself, the last field.", either("(the bytes)")],
    },
    "Document NewDocument DocumentChange": {
      name: ["Name of the document.", "Driving licence"],
      description: ["Text in the words of the owner.", "Categories B and C."],
    },
  },
  parameters: {
    "/api/v1/carposts/": {
      id: ["The post's id.", 12],
      fuel: ["Only cars with this fuel.", "diesel"],
      location: ["Only cars at this place.", "Moscow"],
      max_price: ["Only cars of at most this price.", "4000.00"],
      min_price: ["Only cars of at least this price.", "1000.00"],
      mine: "Only your own.",
      ordering: "Order of the list; descending with a minus.",
      transmission: ["Only cars with this transmission.", "manual"],
      search: ["Text in the post.", "golf"],
    },
    "/api/carposts/": {
      id: ["The post's id.", 12],
      fuel: ["Only cars with this fuel.", "diesel"],
      location: ["Only cars at this place.", "Moscow"],
      max_price: ["Only cars of at most this price.", "4000.00"],
      min_price: ["Only cars of at least this price.", "1000.00"],
      mine: "Only your own.",
      ordering: "Order of the list; descending with a minus.",
      transmission: ["Only cars with this transmission.", "manual"],
      search: ["Text in the post.", "golf"],
    },
  },
};
