namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Which expressions may stand in a field.</summary>
[Flags]
internal enum ExpressionScope
{
    /// <summary>None: <c>${{</c> is text like any other.</summary>
    None = 0,

    /// <summary>inputs.x, outputs.x.</summary>
    Own = 1,

    /// <summary>search_space.x.</summary>
    Search = 2,

    /// <summary>parent.inputs.x.</summary>
    ParentInputs = 4,

    /// <summary>parent.jobs.s.outputs.x, parent.jobs.s.inputs.x.</summary>
    Siblings = 8,

    /// <summary>parent.outputs.x.</summary>
    ParentOutputs = 16,

    /// <summary>name, output_name, default_datastore: filled in when the job starts.</summary>
    Server = 32,

    /// <summary>creation_context.trigger_time, trigger.x.</summary>
    Trigger = 64,

    /// <summary>An expression here is always a mistake, and is reported.</summary>
    Nowhere = 128,
}

internal static class ExpressionScopes
{
    public static bool Allows(this ExpressionScope scope, ExpressionKind kind) => (scope & Needed(kind)) != 0;

    /// <summary>The forms that the scope allows, for messages.</summary>
    public static string Forms(this ExpressionScope scope)
    {
        var forms = Enum.GetValues<ExpressionKind>()
            .Where(kind => scope.Allows(kind))
            .Select(kind => new Expression(kind, "x", kind is ExpressionKind.StepInput or ExpressionKind.StepOutput ? "step" : null))
            .ToList();
        return forms.Count == 0 ? "none" : string.Join(", ", forms);
    }

    private static ExpressionScope Needed(ExpressionKind kind) => kind switch
    {
        ExpressionKind.Input or ExpressionKind.Output => ExpressionScope.Own,
        ExpressionKind.SearchSpace => ExpressionScope.Search,
        ExpressionKind.ParentInput => ExpressionScope.ParentInputs,
        ExpressionKind.StepInput or ExpressionKind.StepOutput => ExpressionScope.Siblings,
        ExpressionKind.ParentOutput => ExpressionScope.ParentOutputs,
        ExpressionKind.TriggerTime or ExpressionKind.TriggerFact => ExpressionScope.Trigger,
        _ => ExpressionScope.Server,
    };
}
