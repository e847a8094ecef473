using System.Text.Json.Nodes;
using Slipway.Etl.Connections;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Databases;

/// <summary>Where a database is: what a connection (azureml:NAME) or a secret of the vault says of it.</summary>
internal sealed class DatabaseAddress(IVault vault, OpenConnection connections)
{
    /// <param name="What">In messages: "secret 'shop'".</param>
    /// <param name="Credentials">Of a connection, with username and password; null: they are in the text.</param>
    public sealed record Found(string What, string Text, JsonObject? Credentials);

    /// <param name="kind">The source that asks, such as postgres.</param>
    /// <param name="title">The product, such as PostgreSQL.</param>
    public async Task<Found> FindAsync(StepContext step, SettingMap map, string kind, string title, CancellationToken ct)
    {
        var named = map.Require("connection", "azureml:NAME of a connection, or the name of a secret that holds one");
        if (OpenConnection.NameIn(named) is null)
        {
            return new Found(
                $"secret '{named}'", await vault.FindAsync(step.Caller, named, ct) ?? throw SlipwayException.NotFound("Secret", named), null);
        }

        var found = await connections.FindAsync(step.Caller, named, ct);
        return OpenConnection.DatabaseOf(found) == kind
            ? new Found($"connection '{found.Name}'", found.Target(), await connections.CredentialsAsync(found, ct))
            : throw SlipwayException.Invalid($"Connection '{found.Name}' is of type {found.Type}, and the source wants {title}.");
    }
}
