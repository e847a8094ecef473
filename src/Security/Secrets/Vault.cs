using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Secrets;

/// <summary>
/// Secrets sealed with AES-256-GCM; workspace and name are authenticated with them, so that a row moved to another name
/// does not open.
/// </summary>
internal sealed partial class Vault(Database database, VaultKey key, IAccess access, IAuditLog audit, TimeProvider time)
    : IVault
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public async Task SetAsync(Caller caller, string name, string value, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Administer, $"secret:{Checked(name)}", ct);
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var plain = Encoding.UTF8.GetBytes(value);
        var cipher = new byte[plain.Length];
        var tag = new byte[TagBytes];
        using (var aes = new AesGcm(key.Bytes, TagBytes))
            aes.Encrypt(nonce, plain, cipher, tag, Bound(caller.Workspace, name));

        await database.WriteAsync(
            (transaction, token) => transaction.Connection!.ExecuteAsync(new CommandDefinition(
                """
                insert into secrets (workspace, name, nonce, ciphertext, tag, changed_at, changed_by)
                values (@Workspace, @Name, @Nonce, @Cipher, @Tag, @Now, @By)
                on conflict (workspace, name) do update
                set nonce = excluded.nonce, ciphertext = excluded.ciphertext, tag = excluded.tag,
                    changed_at = excluded.changed_at, changed_by = excluded.changed_by
                """,
                new
                {
                    Workspace = caller.Workspace.Value,
                    Name = name,
                    Nonce = nonce,
                    Cipher = cipher,
                    Tag = tag,
                    Now = time.UtcNow(),
                    By = caller.Principal,
                },
                transaction,
                cancellationToken: token)),
            ct);
        await audit.AppendAsync(caller, "secret.set", $"secret:{name}", detail: null, ct);
    }

    public async Task<string?> FindAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Approve, $"secret:{Checked(name)}", ct);
        await using var connection = await database.OpenAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<SecretRow>(new CommandDefinition(
            """
            select nonce as Nonce, ciphertext as Cipher, tag as Tag from secrets
            where workspace = @Workspace and name = @Name
            """,
            new { Workspace = caller.Workspace.Value, Name = name },
            cancellationToken: ct));
        await audit.AppendAsync(caller, "secret.read", $"secret:{name}", detail: null, ct);
        return row is null ? null : Open(row, caller.Workspace, name);
    }

    public async Task<IReadOnlyList<string>> ListAsync(Caller caller, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "the names of secrets", ct);
        await using var connection = await database.OpenAsync(ct);
        return (await connection.QueryAsync<string>(new CommandDefinition(
            "select name from secrets where workspace = @Workspace order by name",
            new { Workspace = caller.Workspace.Value },
            cancellationToken: ct))).AsList();
    }

    public async Task<bool> DeleteAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Administer, $"secret:{Checked(name)}", ct);
        var deleted = await database.WriteAsync(
            (transaction, token) => transaction.Connection!.ExecuteAsync(new CommandDefinition(
                "delete from secrets where workspace = @Workspace and name = @Name",
                new { Workspace = caller.Workspace.Value, Name = name },
                transaction,
                cancellationToken: token)),
            ct);
        if (deleted > 0)
            await audit.AppendAsync(caller, "secret.delete", $"secret:{name}", detail: null, ct);
        return deleted > 0;
    }

    private string Open(SecretRow row, WorkspaceName workspace, string name)
    {
        var plain = new byte[row.Cipher.Length];
        try
        {
            using var aes = new AesGcm(key.Bytes, TagBytes);
            aes.Decrypt(row.Nonce, row.Cipher, row.Tag, plain, Bound(workspace, name));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new SlipwayException(
                ErrorCode.Corrupt,
                $"Secret '{name}' does not open with the key in {key.Source}. Restore the key that sealed it, or set it again.");
        }

        return Encoding.UTF8.GetString(plain);
    }

    private static byte[] Bound(WorkspaceName workspace, string name) => Encoding.UTF8.GetBytes($"{workspace}\0{name}");

    private static string Checked(string name) => Pattern().IsMatch(name)
        ? name
        : throw SlipwayException.Invalid("A secret's name has 1 to 127 letters, digits and '-', a letter first.");

    // The names that Azure Key Vault allows, so that secrets can move there.
    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9-]{0,126}\z")]
    private static partial Regex Pattern();

    private sealed record SecretRow
    {
        public required byte[] Nonce { get; init; }

        public required byte[] Cipher { get; init; }

        public required byte[] Tag { get; init; }
    }
}
