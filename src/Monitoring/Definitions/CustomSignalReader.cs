namespace Slipway.Monitoring.Definitions;

/// <summary>Reads a signal whose figures a component computes.</summary>
internal static class CustomSignalReader
{
    public static CustomSignal Read(string name, Fields fields)
    {
        var inputs = fields.Map("inputs");
        var data = fields.Map("input_data");
        var limits = new Dictionary<string, double>();
        foreach (var limit in fields.Maps("metric_thresholds") ?? [])
        {
            limit.Only("metric_name", "threshold");
            limits[limit.RequiredText("metric_name")] = limit.Number("threshold")
                ?? throw limit.Wrong(null, "needs a threshold.");
        }

        var component = fields.Text("component_id");
        if ((component is null) == (fields.Map("component") is null))
            throw fields.Wrong(null, "needs either component_id (azureml:NAME:VERSION) or an inline component.");
        return new CustomSignal
        {
            Name = name,
            Component = component is null ? null : MonitorReader.Strip(component),
            Inline = fields.Json("component"),
            Inputs = inputs?.Keys.ToDictionary(key => key, key => inputs.Literal(key)) ?? [],
            Data = data?.Keys.ToDictionary(key => key, key => DataSourceReader.Read(data.RequiredMap(key))) ?? [],
            Limits = limits,
        };
    }
}
