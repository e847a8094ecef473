using Slipway.Kernel;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Slipway.Monitoring.Definitions;

/// <summary>Reads a definition's text: one YAML document (JSON is one too) that is a mapping.</summary>
internal static class FieldsReader
{
    private const int MostCharacters = 256 * 1024;
    private const int MostDepth = 50;

    public static Fields Read(string yaml, string source)
    {
        if (yaml.Length > MostCharacters)
            throw SlipwayException.Invalid($"{source} has {yaml.Length:N0} characters; a definition has at most {MostCharacters:N0}.");
        try
        {
            CheckDepth(yaml, source);
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents is [{ RootNode: YamlMappingNode root }]
                ? new Fields(source, "", root)
                : throw SlipwayException.Invalid($"{source} must hold one mapping of fields to values.");
        }
        catch (YamlException exception)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter,
                $"{source}, line {exception.Start.Line}: this is not YAML: {exception.Message.TrimEnd('.')}.",
                exception);
        }
        catch (InvalidOperationException exception)
        {
            // YamlDotNet's scanner ends like this on a flow list or mapping that is not closed before the next key.
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"{source}: this is not YAML: a bracket or brace is not closed.", exception);
        }
    }

    // The document model is built by recursion, which a file of brackets would lead to the end of the stack.
    private static void CheckDepth(string yaml, string source)
    {
        var parser = new Parser(new StringReader(yaml));
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MostDepth)
                throw SlipwayException.Invalid($"{source}, line {parser.Current.Start.Line}: nested deeper than {MostDepth} levels.");
            if (parser.Current is AnchorAlias)
                throw SlipwayException.Invalid($"{source}, line {parser.Current.Start.Line}: aliases are not used in definitions.");
        }
    }
}
