using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Serving.Online;

/// <summary>
/// The two keys and the tokens by which callers of an endpoint show who they are. The database has their hashes, which is
/// enough to check one; the vault has the keys themselves, for who may read secrets.
/// </summary>
internal sealed class EndpointCredentials(CredentialStore store, IVault vault, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static readonly string[] KeyKinds = ["primary", "secondary"];
    private const int MaxRemembered = 10_000;
    private const int LeastKeyLength = 16;
    private static readonly TimeSpan s_remembered = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_tokenLife = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(string Workspace, string Endpoint, string Hash), (string Kind, long When)> _good = new();

    /// <summary>Makes the keys that are missing.</summary>
    public async Task EnsureKeysAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        var known = await store.ListKindsAsync(caller.Workspace, endpoint, ct);
        foreach (var kind in KeyKinds.Except(known))
            await PutKeyAsync(caller, endpoint, kind, NewSecret(), ct);
    }

    /// <summary>Puts a new key in the place of one; who still sends the old one is refused.</summary>
    /// <param name="value">Null: one is made.</param>
    public async Task RegenerateAsync(Caller caller, string endpoint, string kind, string? value, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Approve, $"endpoint:{endpoint}", ct);
        if (!KeyKinds.Contains(kind))
            throw SlipwayException.Invalid($"'{kind}' is not a kind of key.{Nearest.Hint(kind, KeyKinds)} Known: {string.Join(", ", KeyKinds)}.");
        if (value is { Length: < LeastKeyLength })
            throw SlipwayException.Invalid($"A key has at least {LeastKeyLength} characters; this one has {value.Length}.");
        await PutKeyAsync(caller, endpoint, kind, value ?? NewSecret(), ct);
        _good.Clear();
        await audit.AppendAsync(caller, "endpoint.key", $"endpoint:{endpoint}", $$"""{"kind":"{{kind}}"}""", ct);
    }

    public async Task<(string Primary, string Secondary)> KeysAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        var found = new List<string>();
        foreach (var kind in KeyKinds)
        {
            found.Add(await vault.FindAsync(caller, SecretName(endpoint, kind), ct)
                ?? throw SlipwayException.Conflict($"Endpoint '{endpoint}' has no keys; set its auth_mode to key."));
        }

        return (found[0], found[1]);
    }

    public async Task<(string Token, DateTimeOffset Expires)> NewTokenAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        var (token, expires) = (NewSecret(), time.GetUtcNow() + s_tokenLife);
        await store.PutAsync(caller, endpoint, CredentialStore.Token, Hash(token), expires, ct);
        return (token, expires);
    }

    /// <summary>Unauthenticated when the header shows no key of the endpoint (or no token of it, where only tokens count).</summary>
    public async ValueTask DemandAsync(
        WorkspaceName workspace, string endpoint, bool onlyTokens, string? authorization, CancellationToken ct)
    {
        const string Scheme = "Bearer ";
        if (authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true)
            throw Refused($"Endpoint '{endpoint}' wants a {(onlyTokens ? "token" : "key")}: send it in the header Authorization, as Bearer.");
        var key = (workspace.Value, endpoint, Hash(authorization[Scheme.Length..].Trim()));
        if (!_good.TryGetValue(key, out var good) || time.GetElapsedTime(good.When) >= s_remembered)
        {
            var kind = await store.FindKindAsync(workspace, endpoint, key.Item3, ct)
                ?? throw Refused($"This is no {(onlyTokens ? "token" : "key")} of endpoint '{endpoint}', or not any more; get-credentials shows those of now.");
            if (_good.Count >= MaxRemembered)
                _good.Clear();
            _good[key] = good = (kind, time.GetTimestamp());
        }

        if (onlyTokens && good.Kind != CredentialStore.Token)
            throw Refused($"Endpoint '{endpoint}' wants a token, not a key; get-credentials makes one.");
    }

    public async Task DeleteAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        await store.DeleteAllAsync(caller.Workspace, endpoint, ct);
        foreach (var kind in KeyKinds)
            await vault.DeleteAsync(System(caller), SecretName(endpoint, kind), ct);
        _good.Clear();
    }

    private async Task PutKeyAsync(Caller caller, string endpoint, string kind, string value, CancellationToken ct)
    {
        await vault.SetAsync(System(caller), SecretName(endpoint, kind), value, ct);
        await store.PutAsync(caller, endpoint, kind, Hash(value), expires: null, ct);
    }

    // Whoever may change an endpoint need not be allowed to keep secrets of his own.
    private static Caller System(Caller caller) => Caller.System with { Workspace = caller.Workspace };

    private static SlipwayException Refused(string message) => new(ErrorCode.Unauthenticated, message);

    private static string SecretName(string endpoint, string kind) => $"endpoint-{endpoint}-{kind}-key";

    private static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
