using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.OnnxRuntime;

public sealed class OnnxRunnerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_runner_answers_for_the_rows_it_is_told_and_forgets_the_run_before()
    {
        using var session = OnnxSession.Load(OnnxModels.Classifier().ToByteArray());
        using var runner = new OnnxRunner(session, new() { Capacity = 4 });
        Fill(runner, 0, "AA", 100);
        Fill(runner, 1, "UA", 500);
        Fill(runner, 2, "a carrier with a name that is long", 501);

        runner.Run(3, Ct);
        var three = runner.Output("probabilities").Span<float>().ToArray();
        Fill(runner, 0, "UA", 501);
        runner.Run(1, Ct);
        var one = runner.Output("probabilities").Span<float>().ToArray();

        Assert.Equal([0.75f, 0.25f, 0.5f, 0.5f, 0.25f, 0.75f], three);
        Assert.Equal([0.25f, 0.75f], one);
        Assert.Equal([1L, 2L], runner.Output("probabilities").Dims.ToArray());
    }

    [Fact]
    public void Texts_are_set_and_read_as_UTF_8_in_any_order_of_lengths()
    {
        string[] texts = ["", "København", new('x', 5000), "a", "between short and long: twenty-five"];
        using var session = OnnxSession.Load(OnnxModels.Identity(OnnxElementType.String));
        using var runner = new OnnxRunner(session, new() { Capacity = 3 });

        for (var turn = 0; turn < 10; turn++)
        {
            for (var index = 0; index < 6; index++)
                runner.Inputs[0].SetText(index, Encoding.UTF8.GetBytes(texts[(turn + index) % 5]));
            runner.Run(1 + (turn % 3), Ct);

            Assert.Equal(2 * (1 + (turn % 3)), runner.Outputs[0].Count);
            for (var index = 0; index < runner.Outputs[0].Count; index++)
                Assert.Equal(texts[(turn + index) % 5], Encoding.UTF8.GetString(runner.Outputs[0].Text(index)));
        }
    }

    [Theory]
    [InlineData("N")]
    [InlineData("another name, so that the engine allocates")]
    public void An_answer_is_the_same_in_our_memory_and_in_the_engines(string outputRows)
    {
        using var session = OnnxSession.Load(OnnxModels.Identity(OnnxElementType.Double, outputRows));
        using var runner = new OnnxRunner(session, new() { Capacity = 8 });

        for (var rows = 8; rows > 0; rows--)
        {
            for (var index = 0; index < 2 * rows; index++)
                runner.Inputs[0].Span<double>()[index] = index * rows;
            runner.Run(rows, Ct);

            Assert.Equal([rows, 2], runner.Outputs[0].Dims.ToArray());
            for (var index = 0; index < 2 * rows; index++)
                Assert.Equal(index * rows, runner.Outputs[0].Span<double>()[index]);
        }
    }

    [Fact]
    public void Probabilities_that_the_model_puts_into_maps_are_read_as_a_table()
    {
        using var session = OnnxSession.Load(OnnxModels.ClassifierWithMaps());
        using var runner = new OnnxRunner(session, new() { Capacity = 2, Outputs = ["maps"] });
        Fill(runner, 0, "AA", 100);
        Fill(runner, 1, "UA", 501);

        runner.Run(2, Ct);

        var answer = Assert.Single(runner.Outputs);
        Assert.Equal([2L, 2L], answer.Dims.ToArray());
        Assert.Equal(["on time", "late"], (string[])answer.Field.ColumnKeys!);
        Assert.Equal([0.75f, 0.25f, 0.25f, 0.75f], answer.Span<float>().ToArray());
    }

    [Fact]
    public void An_output_that_is_no_tensor_is_refused_unless_it_is_left_out()
    {
        using var session = OnnxSession.Load(OnnxModels.Sequence());
        using var runner = new OnnxRunner(session, new() { Outputs = ["y"] });
        runner.Run(1, Ct);

        var refusal = Assert.Throws<SlipwayException>(() => new OnnxRunner(session, new()));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.StartsWith("Output 'all' is seq(float); only tensors", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_allocates_nothing_that_the_GC_must_collect()
    {
        using var session = OnnxSession.Load(OnnxModels.Classifier().ToByteArray());
        using var runner = new OnnxRunner(session, new() { Capacity = 16 });
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Turns(100);

        // The least of some rounds: a few bytes come once, at no fixed time, while the JIT replaces a method; what a run
        // allocates comes in every round.
        var allocated = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(Turns(500) > 0);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, allocated);

        double Turns(int count)
        {
            var sum = 0.0;
            for (var turn = 0; turn < count; turn++)
            {
                var rows = 1 + (turn % 16);
                for (var row = 0; row < rows; row++)
                {
                    runner.Inputs[0].SetText(row, "United Airlines of America"u8);
                    runner.Inputs[1].Span<float>()[row] = turn;
                }

                runner.Run(rows, source.Token);
                sum += runner.Outputs[1].Span<float>()[0];
            }

            return sum;
        }
    }

    [Fact]
    public async Task Many_threads_run_one_session_at_once()
    {
        using var session = OnnxSession.Load(OnnxModels.Classifier().ToByteArray());
        var options = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Ct };

        await Parallel.ForAsync(0, 16, options, (seed, ct) =>
        {
            using var runner = new OnnxRunner(session, new() { Capacity = 32 });
            var random = new Random(seed);
            for (var turn = 0; turn < 200; turn++)
            {
                var expected = new float[random.Next(1, 33)];
                for (var row = 0; row < expected.Length; row++)
                {
                    var (isFirst, distance) = (random.Next(2) == 0, random.Next(1000));
                    Fill(runner, row, isFirst ? "AA" : "UA", distance);
                    expected[row] = isFirst ? 0.25f : distance <= 500 ? 0.5f : 0.75f;
                }

                runner.Run(expected.Length, ct);
                for (var row = 0; row < expected.Length; row++)
                    Assert.Equal(expected[row], runner.Outputs[1].Span<float>()[(2 * row) + 1]);
            }

            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void A_cancelled_token_stops_a_run_and_the_next_one_runs_again()
    {
        using var session = OnnxSession.Load(OnnxModels.Products(2000), new() { Optimization = OnnxOptimization.None });
        using var runner = new OnnxRunner(session, new() { Capacity = 20_000 });
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var watch = Stopwatch.StartNew();

        // A run may be over before a busy machine gets to cancelling, so there is always another one.
        Action runs = () =>
        {
            while (true)
                runner.Run(20_000, source.Token);
        };

        var stopped = Assert.Throws<OperationCanceledException>(runs);

        Assert.Equal(source.Token, stopped.CancellationToken);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It stopped only after {watch.Elapsed}.");
        runner.Inputs[0].Row<float>(0).Fill(3);
        runner.Run(1, Ct);
        Assert.Equal(3, runner.Outputs[0].Span<float>()[63]);
    }

    [Fact]
    public void A_session_that_is_disposed_under_its_runner_stays_until_the_runner_is()
    {
        var session = OnnxSession.Load(OnnxModels.Classifier().ToByteArray());
        using var runner = new OnnxRunner(session, new() { Capacity = 1 });
        session.Dispose();
        Fill(runner, 0, "UA", 501);

        runner.Run(1, Ct);

        Assert.Equal(0.75f, runner.Output("probabilities").Span<float>()[1]);
        Assert.Throws<ObjectDisposedException>(() => new OnnxRunner(session, new()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_run_of_more_rows_than_there_is_room_for_is_refused(int rows)
    {
        using var session = OnnxSession.Load(OnnxModels.Identity(OnnxElementType.Float));
        using var runner = new OnnxRunner(session, new() { Capacity = 2 });

        var refusal = Assert.Throws<SlipwayException>(() => runner.Run(rows, Ct));

        Assert.Equal($"A run takes 1 to 2 rows, not {rows}.", refusal.Message);
    }

    [Fact]
    public void A_model_of_a_fixed_number_of_rows_takes_no_other_number()
    {
        var model = OnnxModels.Model(
            [OnnxModels.Tensor("x", OnnxElementType.Float, 1, 2)],
            [OnnxModels.Tensor("y", OnnxElementType.Float, 1, 2)],
            OnnxModels.Node("Identity", ["x"], ["y"]));
        using var session = OnnxSession.Load(model.ToByteArray());
        using var runner = new OnnxRunner(session, new() { Capacity = 8 });
        runner.Inputs[0].Span<float>()[1] = 5;

        runner.Run(1, Ct);

        Assert.Equal([0f, 5f], runner.Outputs[0].Span<float>().ToArray());
        Assert.Equal(1, runner.FixedRows);
        Assert.Equal(
            "The model takes 1 rows at a time, not 2.",
            Assert.Throws<SlipwayException>(() => runner.Run(2, Ct)).Message);
    }

    [Fact]
    public void A_shape_that_is_free_beyond_its_rows_must_be_said()
    {
        var model = OnnxModels.Model(
            [OnnxModels.Tensor("x", OnnxElementType.Int64, null, "length")],
            [OnnxModels.Tensor("y", OnnxElementType.Int64, null, "length")],
            OnnxModels.Node("Identity", ["x"], ["y"]));
        using var session = OnnxSession.Load(model.ToByteArray());

        var refusal = Assert.Throws<SlipwayException>(() => new OnnxRunner(session, new()));
        using var runner = new OnnxRunner(
            session, new() { Capacity = 2, RowShapes = new Dictionary<string, long[]> { ["x"] = [3] } });
        runner.Inputs[0].Row<long>(1)[2] = 7;
        runner.Run(2, Ct);

        Assert.Contains("int64[?,length]", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([2L, 3L], runner.Outputs[0].Dims.ToArray());
        Assert.Equal([0, 0, 0, 0, 0, 7], runner.Outputs[0].Span<long>().ToArray());
    }

    [Fact]
    public void An_input_or_output_that_is_not_there_is_refused_with_those_that_are()
    {
        using var session = OnnxSession.Load(OnnxModels.Classifier().ToByteArray());
        using var runner = new OnnxRunner(session, new());

        Assert.Equal(
            "The model has no input 'origin'; it has 'carrier', 'distance'.",
            Assert.Throws<SlipwayException>(() => runner.Input("origin")).Message);
        Assert.Equal(
            "The model has no output 'score'; it has 'label', 'probabilities'.",
            Assert.Throws<SlipwayException>(() => new OnnxRunner(session, new() { Outputs = ["score"] })).Message);
    }

    [Fact]
    public void Memory_cannot_be_read_as_another_type_nor_after_the_end()
    {
        using var session = OnnxSession.Load(OnnxModels.Classifier().ToByteArray());
        var runner = new OnnxRunner(session, new());
        runner.Run(1, Ct);

        Assert.Throws<InvalidOperationException>(() => runner.Inputs[1].Span<double>().Length);
        Assert.Throws<InvalidOperationException>(() => runner.Inputs[0].Span<float>().Length);
        Assert.Throws<InvalidOperationException>(() => runner.Outputs[1].Span<double>().Length);
        Assert.Throws<InvalidOperationException>(() => runner.Inputs[1].SetText(0, "x"));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Inputs[0].SetText(1, "x"));
        runner.Dispose();
        Assert.Throws<ObjectDisposedException>(() => runner.Run(1, Ct));
        Assert.Throws<ObjectDisposedException>(() => runner.Inputs[1].Span<float>().Length);
        Assert.Throws<InvalidOperationException>(() => runner.Inputs[0].SetText(0, "x"));
        Assert.True(runner.Outputs[1].Span<float>().IsEmpty);
    }

    private static void Fill(OnnxRunner runner, int row, string carrier, float distance)
    {
        runner.Inputs[0].SetText(row, carrier);
        runner.Inputs[1].Span<float>()[row] = distance;
    }
}
