using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>As long as a model version is registered, the data that it came from can be looked at.</summary>
internal sealed class ModelHistories(Database database) : IKeptHistories
{
    private const int Chunk = 2000;

    public string Name => "models";

    public async Task<bool> ContainsAnyAsync(WorkspaceName workspace, IReadOnlySet<string> nodes, CancellationToken ct)
    {
        foreach (var chunk in nodes.Where(node => node.StartsWith("model:", StringComparison.Ordinal)).Chunk(Chunk))
        {
            var found = await database.FindAsync<string>(
                $"""
                 select model from model_versions
                 where workspace = @Workspace and {database.Dialect.AnyOfMany("'model:' || model || '@' || cast(number as text)", "@Nodes")}
                 limit 1
                 """,
                new { Workspace = workspace.Value, Nodes = database.Dialect.Many(chunk) },
                ct);
            if (found is not null)
                return true;
        }

        return false;
    }
}
