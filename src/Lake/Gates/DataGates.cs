using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Gates;

/// <summary>What the gate of an asset says of a new version.</summary>
/// <param name="Report">What its suite found; null: there is no gate, or the data could not be tested.</param>
/// <param name="Quarantine">Why the version must not be used; null: it may.</param>
internal sealed record GateVerdict(DataTestReport? Report, string? Quarantine);

/// <summary>Tests what is to become a version by the suite that is declared on its asset.</summary>
internal sealed class DataGates(GateStore gates, ILakeTables tables, IDataTests tests)
{
    public async Task<GateVerdict> JudgeAsync(Caller caller, AssetName name, Digest tree, CancellationToken ct)
    {
        if (await gates.FindAsync(caller.Workspace, name, ct) is not { } gate)
            return new GateVerdict(null, null);
        try
        {
            var report = await tests.RunAsync(
                caller,
                new DataTest
                {
                    Suite = gate.Suite,
                    Source = gate.Source,
                    Table = await tables.TableAsync(tree, ct),
                    Tree = tree,
                    Asset = name,
                },
                ct);
            return new GateVerdict(report, report.Passed ? null : report.Verdict());
        }
        catch (SlipwayException broken) when (broken.Code is ErrorCode.InvalidParameter or ErrorCode.NotFound or ErrorCode.Conflict)
        {
            // A file that cannot be read, a column that is gone: data that cannot be tested has not passed.
            return new GateVerdict(null, $"It could not be tested: {broken.Message}");
        }
    }
}
