using Slipway.Data;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes;

/// <summary>How models of a kind are brought to answer: a policy by name, which a deployment's settings choose.</summary>
internal interface IModelRuntime
{
    string Name { get; }

    /// <summary>Loads the model and lets it answer once, so that one that cannot is found out now.</summary>
    Task<IRunningModel> LoadAsync(ModelVersion version, Tree tree, DeploymentSettings settings, CancellationToken ct);
}

/// <summary>A model that can answer, with its tensors as every protocol shows them.</summary>
internal interface IRunningModel : IDisposable
{
    /// <summary>What the protocols call the kind of model: "onnx_onnxv1".</summary>
    string Platform { get; }

    TensorPlan[] Inputs { get; }

    TensorPlan[] Outputs { get; }

    /// <summary>The one number of rows that the model takes; null when it is free.</summary>
    int? FixedRows { get; }

    /// <summary>What it holds, without its runners.</summary>
    long MemoryBytes { get; }

    /// <summary>Answers bodies whole over /score and /invocations; null: those are read as tables, like everything else.</summary>
    IBodyModel? Bodies => null;

    /// <summary>What its processes write; null: it has none.</summary>
    DeploymentLog? Log => null;

    /// <summary>Whether it is handed one more request for each that it runs, so that it need not wait for the next.</summary>
    bool TakesAhead => false;

    /// <summary>Cancels what it is at, where a run does not end by its token; it answers nothing any more.</summary>
    void Interrupt()
    {
    }

    /// <summary>Memory for the inputs and outputs of one request at a time, of at most so many rows.</summary>
    IModelRunner CreateRunner(int capacity);
}

/// <summary>The tensors of one request in hand: whoever has it fills the inputs, runs, and reads the outputs.</summary>
internal interface IModelRunner : IDisposable
{
    int Capacity { get; }

    InputMemory[] Inputs { get; }

    OutputMemory[] Outputs { get; }

    /// <summary>JSON of MLflow's "params" of the request in hand; null: it has none. What knows of none passes them over, as MLflow does.</summary>
    byte[]? Parameters
    {
        get => null;
        set { }
    }

    /// <summary>Scores the first rows of the inputs; the outputs hold until the next run.</summary>
    ValueTask RunAsync(int rows, CancellationToken ct);
}
