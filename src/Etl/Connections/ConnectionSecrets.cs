using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Connections;

/// <summary>The credentials of connections, in the vault.</summary>
internal sealed class ConnectionSecrets(IVault vault)
{
    public Task WriteAsync(Caller caller, Connection connection, JsonObject? credentials, CancellationToken ct) => connection.Credentials is null
        ? vault.DeleteAsync(caller, connection.Secret, ct)
        : vault.SetAsync(caller, connection.Secret, credentials!.ToJsonString(), ct);

    /// <summary>They are the connection's, not the caller's: who may use it need not be able to read secrets.</summary>
    public async Task<JsonObject> ReadAsync(Connection connection, CancellationToken ct)
    {
        if (connection.Credentials is null)
            return [];
        var caller = Caller.System with { Workspace = WorkspaceName.Parse(connection.Workspace) };
        var text = await vault.FindAsync(caller, connection.Secret, ct)
            ?? throw SlipwayException.Conflict($"The credentials of connection '{connection.Name}' are gone from the vault: create it again.");
        return JsonNode.Parse(text)!.AsObject();
    }

    public Task DeleteAsync(Caller caller, Connection connection, CancellationToken ct) => vault.DeleteAsync(caller, connection.Secret, ct);
}
