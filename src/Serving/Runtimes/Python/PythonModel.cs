using System.Text.Json;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>A model in Python workers. What it answers is found out by asking it once.</summary>
internal sealed class PythonModel(TensorPlan[] inputs, bool isScript, WorkerPool pool, DeploymentLog log) : IRunningModel, IBodyModel
{
    public string Platform => "python";

    public TensorPlan[] Inputs => inputs;

    public TensorPlan[] Outputs { get; private set; } = [];

    public int? FixedRows => null;

    /// <summary>It is in other processes, which have a limit of their own.</summary>
    public long MemoryBytes => 0;

    public IBodyModel? Bodies => isScript ? this : null;

    public DeploymentLog? Log => log;

    public WorkerPool Pool => pool;

    /// <summary>Asks for one row of zeros and empty texts, where the inputs are known.</summary>
    public async Task ProbeAsync()
    {
        if (inputs.Length == 0)
            return;
        using var runner = new PythonRunner(this, capacity: 1);
        foreach (var input in inputs.Where(input => input.ElementType == OnnxElementType.String))
        {
            for (var i = 0; i < input.RowLength; i++)
                runner.Inputs[input.Index].SetText(i, default);
        }

        var answer = await runner.AskAsync(1);
        Outputs = [.. answer.Head.Outputs!.Select(Plan)];
    }

    public IModelRunner CreateRunner(int capacity) => new PythonRunner(this, capacity);

    public async ValueTask<BodyAnswer> AnswerAsync(BodyRequest request, CancellationToken ct)
    {
        var head = new BodyHead(request.Method, request.Path, request.Headers);
        var answer = await pool.AskAsync(JsonSerializer.SerializeToUtf8Bytes(head, PythonJson.Default.BodyHead), request.Body);
        return answer.Head.Status is >= 200 and < 600
            ? new BodyAnswer(answer.Head.Status, answer.Head.Headers ?? new Dictionary<string, string>(), answer.Body)
            : throw new SlipwayException(ErrorCode.EngineFailed, $"The model answered with the status {answer.Head.Status}, which is none.");
    }

    public void Dispose() => pool.Dispose();

    private static TensorPlan Plan(WorkerTensor tensor, int index)
    {
        var rowLength = tensor.Dims.Skip(1).Aggregate(1L, static (product, dim) => product * dim);
        return new TensorPlan(tensor.Name, OipTypes.Parse(tensor.DataType), [-1, .. tensor.Dims.Skip(1)], hasRows: true, index, (int)rowLength);
    }
}
