using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>A model in Python workers. What it answers is found out by asking it once.</summary>
internal sealed class PythonModel(TensorPlan[] inputs, bool isScript, WorkerPool pool, DeploymentLog log) : IRunningModel, IBodyModel
{
    private static readonly Dictionary<string, string> s_json = new() { ["Content-Type"] = "application/json" };

    public string Platform => "python";

    public TensorPlan[] Inputs => inputs;

    public TensorPlan[] Outputs { get; private set; } = [];

    public int? FixedRows => null;

    /// <summary>It is in other processes, which have a limit of their own.</summary>
    public long MemoryBytes => 0;

    public IBodyModel? Bodies => isScript ? this : null;

    public DeploymentLog? Log => log;

    /// <summary>A worker has its next request at hand when it is done with one.</summary>
    public bool TakesAhead => true;

    public WorkerPool Pool => pool;

    /// <summary>Asks for one row of zeros and empty texts, where the inputs are known.</summary>
    public async Task ProbeAsync(CancellationToken ct)
    {
        if (inputs.Length == 0)
            return;
        await using var givenUp = ct.Register(Interrupt);
        using var runner = new PythonRunner(this, capacity: 1);
        foreach (var input in inputs.Where(input => input.ElementType == OnnxElementType.String))
        {
            for (var i = 0; i < input.RowLength; i++)
                runner.Inputs[input.Index].SetText(i, default);
        }

        Outputs = await runner.ProbeAsync();
    }

    public IModelRunner CreateRunner(int capacity) => new PythonRunner(this, capacity);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<BodyAnswer> AnswerAsync(BodyRequest request, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var call = pool.Rent();
        try
        {
            call.Write(pool.ReadsHeads || request.Method != HttpMethods.Post ? Head(request) : default, request.Body);
            await pool.AskAsync(call);
            call.CheckAnswer("The model failed");
            return call.Status is >= 200 and < 600
                ? new BodyAnswer(call.Status, Headers(call.Head), call.Body, call)
                : throw new SlipwayException(ErrorCode.EngineFailed, $"The model answered with the status {call.Status}, which is none.");
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    public void Interrupt() => pool.Interrupt();

    public void Dispose() => pool.Dispose();

    private static byte[] Head(BodyRequest request) => JsonSerializer.SerializeToUtf8Bytes(
        new BodyHead(request.Method, request.Path, request.PassedOn()), PythonJson.Default.BodyHead);

    private static IReadOnlyDictionary<string, string> Headers(ReadOnlySpan<byte> head)
    {
        try
        {
            return head.IsEmpty ? s_json : JsonSerializer.Deserialize(head, PythonJson.Default.DictionaryStringString) ?? [];
        }
        catch (JsonException exception)
        {
            throw new SlipwayException(ErrorCode.EngineFailed, "The headers of the model's answer are not texts.", exception);
        }
    }
}
