/** Texts and examples of people, friends and profiles, for the API documents. */
import { type Documentation, either, sample } from "../../platform/http/documents/documentation.ts";

export const documentation: Documentation = {
  properties: {
    additionally: ["More about the person.", "I walk a lot."],
    birthday: ["Date of birth.", "1998-02-14", "date"],
    friends: ["The person's friends.", [{ id: 14, first_name: "Boris", last_name: "Vetrov", age: 31 }]],
    friends_count: ["Number of friends.", 1],
    from_user: ["The person who asks.", 12],
    interests: ["What the person likes.", either([{ id: 2, name: "Hiking" }], [{ id: 2 }], [2])],
    is_geoip_allowed: "Whether friends see the person's place.",
    network_nick: sample("@anna"),
    profession: ["What the person does.", "Nurse"],
    purpose: ["What the person is here for.", "Walks together"],
    sex: "`М` or `Ж`; empty when not said.",
    to_user: ["The person who is asked.", 14],
  },
  schemas: {
    NewFriendRequest: { to_user: ["The person who is asked.", 14] },
  },
  parameters: {
    "/api/v1/users/": {
      id: ["The person's id.", 12],
      age: ["Only people of this age.", "28"],
      city: ["Only people of the city with this id.", "3"],
      city__name: ["Only people of the city with this name.", "Moscow"],
      email: ["Only the person with this address.", "anna@caravan.example"],
      first_name: ["Only people with this first name.", "Anna"],
      last_name: ["Only people with this last name.", "Orlova"],
      network_nick: sample("@anna"),
      profession: ["Only people of this profession.", "Nurse"],
      purpose: ["Only people with this purpose.", "Walks together"],
      sex: ["Only people of this sex.", "Ж"],
      search: ["Text in a person's names.", "ann"],
    },
    "/api/v1/friends/": { id: ["The request's id.", 8] },
    "/api/v1/cities/": { id: ["The city's id.", 3] },
    "/api/v1/interests/": { id: ["The interest's id.", 2] },
  },
};
