using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Serving.Protocol.Grpc.Proto;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>Server reflection, v1 and v1alpha: tools such as grpcurl call the services without having their files.</summary>
internal sealed class GrpcReflection(GrpcUnary unary)
{
    private static readonly FileDescriptor[] s_files =
        [InferenceReflection.Descriptor, HealthReflection.Descriptor, ReflectionReflection.Descriptor];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", AnswerAsync);
        routes.MapPost("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", AnswerAsync);
    }

    private Task AnswerAsync(HttpContext context) => unary.RunAsync(context, async (frames, ct) =>
    {
        frames.AllowStreaming();
        await context.Response.StartAsync(ct);
        while (await frames.ReadAsync(ct) is { } message)
        {
            using (message)
                frames.Write(Answer(GrpcUnary.Parse<ServerReflectionRequest>(message.Span)).ToByteArray());
            await context.Response.BodyWriter.FlushAsync(ct);
        }
    });

    private static ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var answer = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                answer.ListServicesResponse = new ListServiceResponse
                {
                    Service = { s_files.SelectMany(file => file.Services).Select(service => new ServiceResponse { Name = service.FullName }) },
                };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                Put(answer, s_files.FirstOrDefault(file => file.Name == request.FileByFilename), request.FileByFilename);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                Put(answer, s_files.FirstOrDefault(file => Has(file, request.FileContainingSymbol)), request.FileContainingSymbol);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                answer.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = request.AllExtensionNumbersOfType };
                break;
            default:
                Put(answer, null, request.MessageRequestCase.ToString());
                break;
        }

        return answer;
    }

    private static void Put(ServerReflectionResponse answer, FileDescriptor? file, string wanted)
    {
        if (file is null)
            answer.ErrorResponse = new ErrorResponse { ErrorCode = 5, ErrorMessage = $"There is no '{RequestText.Shorten(wanted)}' here." };
        else
            answer.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { file.SerializedData } };
    }

    // A service, one of its methods, a message, or what is in a message.
    private static bool Has(FileDescriptor file, string symbol) =>
        file.Services.Any(service => Covers(service.FullName, symbol)) || file.MessageTypes.Any(message => Covers(message.FullName, symbol));

    private static bool Covers(string name, string symbol) =>
        symbol == name || symbol.StartsWith(name + ".", StringComparison.Ordinal);
}
