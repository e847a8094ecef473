using Slipway.Kernel;

namespace Slipway.Monitoring.Definitions;

/// <summary>
/// Reads a monitor as Azure ML's schedule with create_monitor. Additions of ours: minimum_rows, segments, metric_thresholds
/// per feature and of rows, "auto", inline components. What is accepted and not used: compute, properties.
/// </summary>
internal static class MonitorReader
{
    private static readonly string[] s_tasks = ["classification", "regression", "question_answering"];

    public static MonitorDefinition Read(string yaml, string source)
    {
        var root = FieldsReader.Read(yaml, source)
            .Only("$schema", "type", "name", "display_name", "description", "tags", "properties", "trigger", "create_monitor");
        if (root.Text("type") is { } type && type is not ("monitor" or "schedule"))
            throw root.Wrong("type", $"is '{type}'; a monitor is of type monitor (or schedule).");
        var monitor = root.RequiredMap("create_monitor")
            .Only("compute", "monitoring_target", "monitoring_signals", "alert_notification", "properties");
        var target = monitor.Map("monitoring_target")?.Only("ml_task", "endpoint_deployment_id", "model_id");
        var signals = SignalReader.Read(monitor.Map("monitoring_signals"));
        var (endpoint, deployment) = Target(monitor, target, signals);
        return new MonitorDefinition
        {
            Name = AssetName.Parse(root.RequiredText("name")).Value,
            Endpoint = endpoint,
            Deployment = deployment,
            Model = target?.Text("model_id") is { } model ? Strip(model).Split(':', '@')[0] : null,
            Task = Task(target),
            Trigger = MonitorTrigger.Read(root.Map("trigger")),
            Signals = signals,
            Emails = Emails(monitor),
        };
    }

    internal static string Strip(string reference) =>
        reference.StartsWith("azureml:", StringComparison.Ordinal) ? reference["azureml:".Length..] : reference;

    private static (string Endpoint, string? Deployment) Target(Fields monitor, Fields? target, IReadOnlyList<SignalDefinition> signals)
    {
        if (target?.Text("endpoint_deployment_id") is { } id)
        {
            var parts = Strip(id).Split(':');
            return parts is [{ Length: > 0 }] or [{ Length: > 0 }, { Length: > 0 }]
                ? (parts[0], parts.ElementAtOrDefault(1))
                : throw target.Wrong("endpoint_deployment_id", "must be azureml:ENDPOINT or azureml:ENDPOINT:DEPLOYMENT.");
        }

        var needy = signals.FirstOrDefault(signal => signal is not (CustomSignal or UnsupportedSignal) && signal.Production.Any(data => data.Asset is null));
        return needy is null
            ? ("", null)
            : throw monitor.Wrong(
                "monitoring_target",
                $"must name an endpoint_deployment_id, since signal '{needy.Name}' looks at what an endpoint collected (or give that signal production_data).");
    }

    private static MonitorTask Task(Fields? target) => target?.Text("ml_task")?.ToLowerInvariant() switch
    {
        null or "classification" => MonitorTask.Classification,
        "regression" => MonitorTask.Regression,
        "question_answering" => MonitorTask.Other,
        var task => throw target.Wrong("ml_task", $"is '{task}'.{Nearest.Hint(task, s_tasks)} Known: {string.Join(", ", s_tasks)}."),
    };

    // "azmonitoring": the service's own events; here they are always raised.
    private static IReadOnlyList<string> Emails(Fields monitor)
    {
        if (monitor.IsText("alert_notification"))
        {
            return monitor.Text("alert_notification") == "azmonitoring"
                ? []
                : throw monitor.Wrong("alert_notification", "must be a mapping with emails, or azmonitoring.");
        }

        var emails = monitor.Map("alert_notification")?.Only("emails").Texts("emails") ?? [];
        return emails.FirstOrDefault(email => !email.Contains('@', StringComparison.Ordinal)) is { } wrong
            ? throw monitor.Wrong("alert_notification", $"has '{wrong}', which is not an e-mail address.")
            : emails;
    }
}
