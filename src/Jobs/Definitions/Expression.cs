namespace Slipway.Jobs.Definitions;

/// <summary>What a <c>${{…}}</c> stands for.</summary>
internal enum ExpressionKind
{
    /// <summary><c>inputs.x</c>: the step's own input.</summary>
    Input,

    /// <summary><c>outputs.x</c>: the step's own output.</summary>
    Output,

    /// <summary><c>search_space.x</c>: the trial's value.</summary>
    SearchSpace,

    /// <summary><c>parent.inputs.x</c>: an input of the enclosing pipeline.</summary>
    ParentInput,

    /// <summary><c>parent.outputs.x</c>: an output of the enclosing pipeline.</summary>
    ParentOutput,

    /// <summary><c>parent.jobs.s.outputs.x</c>.</summary>
    StepOutput,

    /// <summary><c>parent.jobs.s.inputs.x</c>.</summary>
    StepInput,

    /// <summary><c>name</c>: the name of the job, known when it starts.</summary>
    JobName,

    /// <summary><c>output_name</c>, in the path of an output.</summary>
    OutputName,

    /// <summary><c>default_datastore</c>, in the path of an output.</summary>
    DefaultDatastore,

    /// <summary><c>creation_context.trigger_time</c>, in the inputs of a schedule's job.</summary>
    TriggerTime,

    /// <summary><c>trigger.x</c>: what is known of that which happened, in the inputs of a schedule's job.</summary>
    TriggerFact,
}

/// <summary>A parsed <c>${{…}}</c>.</summary>
/// <param name="Name">The input or output meant; a grouped input keeps its dots ("group.a"). "" where there is none.</param>
/// <param name="Step">The step meant by <c>parent.jobs.s…</c>, else null.</param>
internal sealed record Expression(ExpressionKind Kind, string Name, string? Step = null)
{
    /// <summary>As it is written, with the braces.</summary>
    public override string ToString() => $"${{{{{Kind switch
    {
        ExpressionKind.Input => $"inputs.{Name}",
        ExpressionKind.Output => $"outputs.{Name}",
        ExpressionKind.SearchSpace => $"search_space.{Name}",
        ExpressionKind.ParentInput => $"parent.inputs.{Name}",
        ExpressionKind.ParentOutput => $"parent.outputs.{Name}",
        ExpressionKind.StepOutput => $"parent.jobs.{Step}.outputs.{Name}",
        ExpressionKind.StepInput => $"parent.jobs.{Step}.inputs.{Name}",
        ExpressionKind.JobName => "name",
        ExpressionKind.OutputName => "output_name",
        ExpressionKind.DefaultDatastore => "default_datastore",
        ExpressionKind.TriggerFact => $"trigger.{Name}",
        _ => "creation_context.trigger_time",
    }}}}}}";
}
