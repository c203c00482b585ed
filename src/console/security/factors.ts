/** An account's second factors as the API tells of them. */

export interface Factors {
  readonly totp: { readonly created_at: string; readonly last_used_at: string | null } | null;
  readonly passkeys: readonly {
    readonly id: number;
    readonly name: string;
    readonly created_at: string;
    readonly last_used_at: string | null;
  }[];
  readonly recovery_codes_left: number;
  readonly required: boolean;
}

export interface SectionProps {
  readonly factors: Factors;
  readonly onChange: () => void;
  /** Shows new recovery codes until they are put away. */
  readonly onCodes: (codes: readonly string[] | null) => void;
}

/** What the account can prove itself by now. */
export const provable = ({ totp, passkeys }: Factors) => ({
  hasFactor: totp !== null || passkeys.length > 0,
  hasPasskey: passkeys.length > 0,
});
