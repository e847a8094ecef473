using System.Diagnostics;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.OnnxRuntime;

/// <summary>
/// What is taken is given back: each loop would take a gigabyte or more if one of its parts were forgotten, and others
/// that run at the same time take a fraction of that.
/// </summary>
public sealed class OnnxMemoryTests
{
    private const long Allowed = 300 << 20;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("N")]
    [InlineData("M")]
    public void Runs_keep_no_memory(string outputRows)
    {
        using var session = OnnxSession.Load(OnnxModels.Identity(OnnxElementType.Double, outputRows));
        using var runner = new OnnxRunner(session, new() { Capacity = 50_000 });

        AssertKeepsNothing(2000, turn => runner.Run(50_000 - (turn % 2), Ct));
    }

    [Fact]
    public void Texts_keep_no_memory()
    {
        var text = new byte[100_000];
        using var session = OnnxSession.Load(OnnxModels.Identity(OnnxElementType.String));
        using var runner = new OnnxRunner(session, new() { Capacity = 4 });

        AssertKeepsNothing(3000, turn =>
        {
            for (var index = 0; index < 8; index++)
                runner.Inputs[0].SetText(index, text);
            runner.Run(4 - (turn % 2), Ct);
            Assert.Equal(text.Length, runner.Outputs[0].Text(3).Length);
        });
    }

    [Fact]
    public void Runners_and_sessions_keep_no_memory_whether_disposed_or_forgotten()
    {
        var model = OnnxModels.Identity(OnnxElementType.Double, "M");

        AssertKeepsNothing(100, turn =>
        {
            var session = OnnxSession.Load(model);
            var runner = new OnnxRunner(session, new() { Capacity = 500_000 });
            runner.Run(500_000, Ct);
            if (turn % 2 == 0)
            {
                runner.Dispose();
                session.Dispose();
            }
            else if (turn % 20 == 1)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
    }

    [Fact]
    public void Refused_runs_keep_no_memory()
    {
        using var session = OnnxSession.Load(OnnxModels.Identity(OnnxElementType.String));
        var wrong = new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Create([new string('x', 4 << 20)], 1, 1) };

        AssertKeepsNothing(200, _ => Assert.Throws<SlipwayException>(() => session.Run(wrong, Ct)));
    }

    [Fact]
    public void Simple_runs_keep_no_memory()
    {
        using var session = OnnxSession.Load(OnnxModels.Identity(OnnxElementType.Double));
        var inputs = new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Create(new double[500_000], 250_000, 2) };

        AssertKeepsNothing(200, _ => session.Run(inputs, Ct));
    }

    private static void AssertKeepsNothing(int turns, Action<int> turn)
    {
        for (var index = 0; index < turns / 10; index++)
            turn(index);

        var kept = long.MaxValue;
        for (var attempt = 0; attempt < 5 && kept >= Allowed; attempt++)
        {
            // The collector's heap and the allocator's caches grow once in a while; a leak grows every time.
            var before = ResidentBytes();
            for (var index = 0; index < turns; index++)
                turn(index);

            GC.Collect();
            GC.WaitForPendingFinalizers();
            kept = Math.Min(kept, ResidentBytes() - before);
        }

        Assert.True(kept < Allowed, $"{turns} turns kept {kept >> 20} MB.");
    }

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
