/** Groups of staff as resources: named sets of rights, and who is in them. Only administrators see and change them. */
import { sql } from "drizzle-orm";
import { string } from "../../../platform/http/input/fields.ts";
import { text } from "../../../platform/http/text.ts";
import { idInput } from "../../../platform/resources/inputs.ts";
import { ALL, field, NOTHING, type Resource, resource } from "../../../platform/resources/resource.ts";
import { z } from "../../../platform/zod.ts";
import { rightsTo } from "../rights.ts";
import { staffGroupMembers, staffGroups } from "../tables.ts";
import { groupConsequences, groupRemoval, memberConsequences, memberRemoval } from "./consequences.ts";

const since = text("Since", "С какого времени");

/** `resources`: those to which a group may have rights. */
export function groupResourcesOf(resources: readonly Resource[]): Resource[] {
  const rights = resources.flatMap(rightsTo);
  const known = new Map(rights.map((right, index) => [right, index]));
  const input = z
    .array(z.enum(rights))
    .transform((chosen) => [...new Set(chosen)].sort((a, b) => (known.get(a) ?? 0) - (known.get(b) ?? 0)));
  const groups = resource({
    name: "staff-groups",
    subject: "staff_group",
    label: text("Groups of staff", "Группы персонала"),
    group: "people",
    table: staffGroups,
    key: [staffGroups.id],
    title: "name",
    fields: {
      name: field.text(staffGroups.name, text("Name", "Название"), { input: string({ max: 100 }) }),
      rights: field.json(staffGroups.rights, text("Rights", "Права"), {
        list: false,
        options: rights,
        input,
      }),
      members: field.integer(
        sql<number>`(SELECT count(*) FROM staff_group_members m WHERE m.group_id = staff_groups.id)`,
        text("Members", "Участников"),
      ),
      created_at: field.instant(staffGroups.createdAt, since),
      updated_at: field.instant(staffGroups.updatedAt, text("Changed", "Изменена")),
    },
    search: [staffGroups.name],
    filters: ["created_at"],
    sort: { field: "name", order: "asc" },
    rights: { operator: NOTHING, staff: ALL },
    administrators: true,
    tabs: [{ resource: "staff-group-members", target: "group", label: text("Members", "Участники") }],
    consequences: groupConsequences,
    removal: groupRemoval,
  });
  const members = resource({
    name: "staff-group-members",
    subject: "staff_group_member",
    label: text("Members of groups", "Участники групп"),
    group: "people",
    table: staffGroupMembers,
    key: [staffGroupMembers.groupId, staffGroupMembers.userId],
    title: "id",
    fields: {
      group: field.reference("staff-groups", staffGroupMembers.groupId, text("Group", "Группа"), {
        input: idInput(),
        once: true,
      }),
      user: field.reference("users", staffGroupMembers.userId, text("Person", "Пользователь"), {
        input: idInput(),
        once: true,
      }),
      created_at: field.instant(staffGroupMembers.createdAt, since),
    },
    search: [
      sql`(SELECT username FROM users WHERE id = staff_group_members.user_id)`,
      sql`(SELECT name FROM staff_groups WHERE id = staff_group_members.group_id)`,
    ],
    filters: ["group", "user"],
    sort: { field: "id", order: "asc" },
    rights: { operator: NOTHING, staff: ["read", "create", "delete"] },
    administrators: true,
    clashes: { "staff_group_members.group_id": "user" },
    consequences: memberConsequences,
    removal: memberRemoval,
  });
  return [groups, members];
}
