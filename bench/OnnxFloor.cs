using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Bench;

/// <summary>
/// The floor under serving: threads that do nothing but score full batches, each with a runner of its own. What a
/// server reaches is compared with this.
/// </summary>
internal static class OnnxFloor
{
    private static readonly byte[][] s_texts = [.. TreeModel.Texts.Select(Encoding.UTF8.GetBytes)];

    public static Command Command()
    {
        var model = new Argument<FileInfo?>("model")
        {
            Description = "An ONNX file; without one, 200 trees of depth 6 over two text columns and six numbers.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 256, Description = "Rows of one run." };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => Environment.ProcessorCount };
        var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 5 };
        var fill = new Option<bool>("--fill") { Description = "Write the inputs anew before each run, as servers do." };
        var command = new Command("onnx-floor", "Rows per second of a model in a bare loop.")
        {
            model, batch, threads, seconds, fill,
        };
        command.SetAction(parsed =>
        {
            using var session = parsed.GetValue(model) is { } file
                ? OnnxSession.Load(file.FullName)
                : OnnxSession.Load(TreeModel.Create(trees: 200, depth: 6));
            Measure(
                session,
                parsed.GetValue(batch),
                parsed.GetValue(threads),
                TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                parsed.GetValue(fill));
        });
        return command;
    }

    private static void Measure(OnnxSession session, int batch, int threads, TimeSpan time, bool fill)
    {
        // A first short run, so that neither the JIT nor the engine's first use of memory is in the figure.
        Loop(session, batch, threads, time / 5, fill);
        var (runs, elapsed, processor, collections) = Loop(session, batch, threads, time, fill);

        var rows = runs * (double)batch;
        Console.WriteLine(
            $"{rows / elapsed.TotalSeconds:N0} rows/s, " +
            $"{elapsed.TotalMicroseconds * threads / runs:N1} us per run of {batch}, " +
            $"{processor.TotalMicroseconds / rows:N3} us of processor time per row, {threads} threads, {collections} " +
            $"collections (ONNX Runtime {OnnxEngine.Version})");
    }

    /// <summary>Rows per second, and microseconds of processor time of a row, of as many threads as there are cores, with inputs written anew before each run.</summary>
    public static (double Rows, double Micros) RowsPerSecond(OnnxSession session, int batch, TimeSpan time)
    {
        Loop(session, batch, Environment.ProcessorCount, time / 5, fill: true);
        var (runs, elapsed, processor, _) = Loop(session, batch, Environment.ProcessorCount, time, fill: true);
        return (runs * (double)batch / elapsed.TotalSeconds, processor.TotalMicroseconds / (runs * (double)batch));
    }

    private static (long Runs, TimeSpan Elapsed, TimeSpan Processor, int Collections) Loop(
        OnnxSession session, int batch, int threads, TimeSpan time, bool fill)
    {
        var runs = 0L;
        using var process = Process.GetCurrentProcess();
        var processor = process.TotalProcessorTime;
        var collections = GC.CollectionCount(0);
        var watch = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, threads).Select(seed => new Thread(() =>
        {
            using var runner = new OnnxRunner(session, new() { Capacity = batch });
            var random = new Random(seed);
            Fill(runner, random);
            var mine = 0L;
            for (; watch.Elapsed < time; mine++)
            {
                if (fill)
                    Fill(runner, random);
                runner.Run(batch, CancellationToken.None);
            }

            Interlocked.Add(ref runs, mine);
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        process.Refresh();
        return (runs, watch.Elapsed, process.TotalProcessorTime - processor, GC.CollectionCount(0) - collections);
    }

    private static void Fill(OnnxRunner runner, Random random)
    {
        foreach (var input in runner.Inputs)
        {
            var count = input.RowLength * (input.HasRows ? runner.Capacity : 1);
            switch (input.Field.ElementType)
            {
                case OnnxElementType.String:
                    for (var index = 0; index < count; index++)
                        input.SetText(index, s_texts[random.Next(s_texts.Length)]);
                    break;
                case OnnxElementType.Float:
                    foreach (ref var value in input.Span<float>())
                        value = random.NextSingle();
                    break;
                case OnnxElementType.Double:
                    foreach (ref var value in input.Span<double>())
                        value = random.NextDouble();
                    break;
                case OnnxElementType.Int64:
                    random.NextBytes(MemoryMarshal.AsBytes(input.Span<long>()));
                    break;
                default:
                    break;
            }
        }
    }
}
