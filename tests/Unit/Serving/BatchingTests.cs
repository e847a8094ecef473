using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Runtimes.Batching;
using Slipway.Serving.Runtimes.Onnx;
using Slipway.Shared;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Unit.Serving;

public sealed class BatchingTests
{
    private static readonly string[] s_carriers = ["AA", "UA", "ZZ", ""];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2, 0)]
    [InlineData(7, 200)]
    [InlineData(64, 5_000)]
    public async Task Joined_requests_are_answered_as_they_are_alone(int maxBatch, int delayMicroseconds)
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        await File.WriteAllBytesAsync(path, OnnxModels.Classifier().ToByteArray(), Ct);
        using var alone = OnnxModel.Load(path, OnnxSessionSettings.Default);
        using var joined = Joined(OnnxModel.Load(path, OnnxSessionSettings.Default), maxBatch, delayMicroseconds);
        using var single = alone.CreateRunner(16);
        var random = new Random(maxBatch);
        var requests = Enumerable.Range(0, 300).Select(_ => Rows(random, random.Next(1, 10))).ToList();

        var answers = await Task.WhenAll(requests.Chunk(100).Select((part, index) => AskEachAsync(joined, part, index)));

        var expected = new List<string>();
        foreach (var rows in requests)
            expected.Add(await AskAsync(single, rows));
        Assert.Equal(expected, answers.SelectMany(answer => answer));
    }

    [Fact]
    public async Task Requests_that_wait_together_are_one_run_and_a_bad_one_fails_alone()
    {
        using var model = new EchoModel();
        using var joined = Joined(model, maxBatch: 8, delayMicroseconds: 900_000);
        using var runners = new Runners(joined, 4);

        var asked = runners.All.Select((runner, i) => EchoModel.AskAsync(runner, i == 2 ? [13] : [i, i + 20], Ct)).ToList();
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => asked[2]);
        var answers = await Task.WhenAll(asked[0], asked[1], asked[3]);

        Assert.Equal("13 is unlucky.", refusal.Message);
        Assert.Equal(["0,40", "2,42", "6,46"], answers);
        Assert.Equal(7, model.Runs[0]);
        Assert.Equal([2, 2, 1, 2], model.Runs.Skip(1));
    }

    [Fact]
    public async Task Rows_enough_are_run_before_the_time_is_over()
    {
        using var model = new EchoModel();
        using var joined = Joined(model, maxBatch: 4, delayMicroseconds: 1_000_000_000);
        using var runners = new Runners(joined, 3);

        var first = EchoModel.AskAsync(runners.All[0], [1, 2], Ct);
        var second = EchoModel.AskAsync(runners.All[1], [3, 4], Ct);
        await Task.WhenAll(first, second);
        var large = await EchoModel.AskAsync(runners.All[2], [5, 6, 7, 8, 9], Ct);

        Assert.Equal("10,12,14,16,18", large);
        Assert.Equal([4, 5], model.Runs);
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_leaves_the_others_in_place()
    {
        using var model = new EchoModel();
        using var joined = Joined(model, maxBatch: 4, delayMicroseconds: 1_000_000_000);
        using var runners = new Runners(joined, 3);
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        var gone = EchoModel.AskAsync(runners.All[0], [1], impatient.Token);
        var first = EchoModel.AskAsync(runners.All[1], [3, 4], Ct);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        var again = EchoModel.AskAsync(runners.All[0], [5, 6], Ct);

        Assert.Equal(["6,8", "10,12"], await Task.WhenAll(first, again));
        Assert.Equal([4], model.Runs);
    }

    private static BatchedModel Joined(IRunningModel model, int maxBatch, int delayMicroseconds) =>
        BatchedModel.Create(model, maxBatch, TimeSpan.FromMicroseconds(delayMicroseconds), runs: 1, TimeProvider.System);

    private static (string Carrier, float Distance)[] Rows(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (s_carriers[random.Next(s_carriers.Length)], random.NextSingle() * 1000))];

    // Requests one after the other in one runner, beside those of other runners.
    private static async Task<List<string>> AskEachAsync(IRunningModel model, (string, float)[][] requests, int seed)
    {
        using var runner = model.CreateRunner(16);
        var answers = new List<string>();
        foreach (var request in requests)
        {
            if ((answers.Count + seed) % 3 == 0)
                await Task.Yield();
            answers.Add(await AskAsync(runner, request));
        }

        return answers;
    }

    private static async Task<string> AskAsync(IModelRunner runner, (string Carrier, float Distance)[] rows)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            runner.Inputs[0].SetText(i, Encoding.UTF8.GetBytes(rows[i].Carrier));
            runner.Inputs[1].Span<float>()[i] = rows[i].Distance;
        }

        await runner.RunAsync(rows.Length, Ct);
        return string.Join(' ', runner.Outputs.Select(output =>
            $"{string.Join(',', output.Dims.ToArray())}:{output.Count}:{Convert.ToHexString(output.Bytes)}"));
    }

    private sealed class Runners(IRunningModel model, int count) : IDisposable
    {
        public IModelRunner[] All { get; } = [.. Enumerable.Range(0, count).Select(_ => model.CreateRunner(8))];

        public void Dispose()
        {
            foreach (var runner in All)
                runner.Dispose();
        }
    }

    /// <summary>Doubles numbers, refuses 13, and remembers how many rows each run had.</summary>
    private sealed class EchoModel : IRunningModel
    {
        public List<int> Runs { get; } = [];

        public string Platform => "echo";

        public TensorPlan[] Inputs { get; } = [new TensorPlan("x", OnnxElementType.Float, [-1, 1], hasRows: true, index: 0, rowLength: 1)];

        public TensorPlan[] Outputs { get; } = [new TensorPlan("y", OnnxElementType.Float, [-1, 1], hasRows: true, index: 0, rowLength: 1)];

        public int? FixedRows => null;

        public long MemoryBytes => 0;

        public static async Task<string> AskAsync(IModelRunner runner, float[] values, CancellationToken ct)
        {
            values.CopyTo(runner.Inputs[0].Span<float>());
            await runner.RunAsync(values.Length, ct);
            return string.Join(',', runner.Outputs[0].Span<float>().ToArray());
        }

        public IModelRunner CreateRunner(int capacity) => new Runner(this, capacity);

        public void Dispose()
        {
        }

        private sealed class Runner(EchoModel model, int capacity) : IModelRunner
        {
            private readonly Memory _memory = new(capacity);

            public int Capacity => capacity;

            public InputMemory[] Inputs => [_memory];

            public OutputMemory[] Outputs => [new Answer(_memory)];

            public ValueTask RunAsync(int rows, CancellationToken ct)
            {
                model.Runs.Add(rows);
                _memory.Rows = rows;
                var values = _memory.Span<float>()[..rows];
                if (values.Contains(13f))
                    throw SlipwayException.Invalid("13 is unlucky.");
                foreach (ref var value in values)
                    value *= 2;
                return ValueTask.CompletedTask;
            }

            public void Dispose()
            {
            }
        }

        private sealed class Memory(int capacity) : InputMemory
        {
            private readonly float[] _values = new float[capacity];

            public int Rows { get; set; }

            public override Span<byte> Bytes => MemoryMarshal.AsBytes(_values.AsSpan());

            public override void SetText(int index, ReadOnlySpan<byte> utf8) => throw new NotSupportedException();
        }

        private sealed class Answer(Memory memory) : OutputMemory
        {
            public override OnnxElementType ElementType => OnnxElementType.Float;

            public override ReadOnlySpan<long> Dims => new long[] { memory.Rows, 1 };

            public override int Count => memory.Rows;

            public override ReadOnlySpan<byte> Bytes => memory.Bytes[..(memory.Rows * 4)];

            public override ReadOnlySpan<byte> Text(int index) => throw new NotSupportedException();
        }
    }
}
