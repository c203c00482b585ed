/** Chooses several by checkboxes: records of a small resource, or options. */
import { useGetList } from "ra-core";
import { useCode } from "../../codes.ts";
import { MENU, useLabel, useResources } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { titleOf } from "./titles.ts";

type Choice = string | number;

interface GroupProps {
  readonly id: string;
  /** The chosen ones. */
  readonly value: unknown;
  readonly onChange: (value: readonly Choice[]) => void;
}

/** Records by their ids. */
export function CheckboxGroup({ resource, ...group }: GroupProps & { readonly resource: string }) {
  const { data = [] } = useGetList(resource, {
    pagination: { page: 1, perPage: 100 },
    sort: { field: "id", order: "ASC" },
  });
  return <Checkboxes {...group} choices={data.map((record) => [record.id, titleOf(record)])} />;
}

/** Codes that the resource declares. */
export function OptionGroup({ options, ...group }: GroupProps & { readonly options: readonly string[] }) {
  const code = useCode();
  const resources = useResources();
  if (resources.some(({ grants }) => grants?.some(({ name }) => options.includes(name))))
    return <RightsGroup {...group} />;
  return <Checkboxes {...group} choices={options.map((option) => [option, code(option)])} />;
}

/** Rights of a group, by the parts of the menu and their resources. */
function RightsGroup({ id, value, onChange }: GroupProps) {
  const label = useLabel();
  const words = useWords();
  const resources = useResources().filter(({ grants }) => grants?.length);
  const chosen: readonly Choice[] = Array.isArray(value) ? value : [];
  return (
    <div className="rights" id={id}>
      {MENU.map((group) => {
        const within = resources.filter((resource) => resource.group === group);
        const names = within.flatMap(({ grants = [] }) => grants.map(({ name }) => name));
        const count = names.filter((name) => chosen.includes(name)).length;
        return (
          <details key={group} open={count > 0}>
            <summary>
              {words(`group.${group}`)} <small>{`${count} / ${names.length}`}</small>
            </summary>
            {within.map(({ name, label: title, grants = [] }) => (
              <fieldset key={name} className="several">
                <legend>{label(title)}</legend>
                <div>
                  {grants.map((grant) => (
                    <label key={grant.name}>
                      <input
                        type="checkbox"
                        checked={chosen.includes(grant.name)}
                        onChange={(event) => onChange(withRight(chosen, grant.name, event.target.checked))}
                      />
                      {label(grant.label)}
                    </label>
                  ))}
                </div>
              </fieldset>
            ))}
          </details>
        );
      })}
    </div>
  );
}

/** Any right needs the right to view; without that one nothing else can be done. */
function withRight(chosen: readonly Choice[], right: string, isOn: boolean): readonly Choice[] {
  const [resource] = right.split(":", 1);
  const view = `${resource}:read`;
  if (isOn) return [...new Set([...chosen, view, right])];
  return chosen.filter((each) =>
    right === view ? !String(each).startsWith(`${resource}:`) : each !== right,
  );
}

function Checkboxes({
  id,
  value,
  onChange,
  choices,
}: GroupProps & { readonly choices: readonly (readonly [Choice, string])[] }) {
  const chosen: readonly Choice[] = Array.isArray(value) ? value : [];
  return (
    <fieldset className="several" id={id}>
      {choices.map(([choice, title]) => (
        <label key={choice}>
          <input
            type="checkbox"
            checked={chosen.includes(choice)}
            onChange={(event) =>
              onChange(event.target.checked ? [...chosen, choice] : chosen.filter((each) => each !== choice))
            }
          />
          {title}
        </label>
      ))}
    </fieldset>
  );
}
