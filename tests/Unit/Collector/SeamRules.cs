using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Testbed.Unit.Collector;

/// <summary>Finds what a compiled assembly may not name if all it shares is to go through the seam.</summary>
internal static class SeamRules
{
    private const string InSeam = "go through ISync";

    private static readonly string[] s_namespaces =
    [
        "System.Threading",
        "System.Timers",
        "System.Collections.Concurrent",
        "System.Security.Cryptography",
        "System.IO.MemoryMappedFiles",
    ];

    private static readonly HashSet<string> s_types =
    [
        "System.ThreadStaticAttribute",
        "System.Lazy`1",
        "System.Random",
        "System.HashCode",
        "System.Diagnostics.Stopwatch",
        "System.DateTime",
        "System.DateTimeOffset",
        "System.TimeProvider",
        "System.Runtime.InteropServices.NativeMemory",
        "System.Runtime.InteropServices.Marshal",
        "System.Runtime.CompilerServices.Unsafe",
        "System.Runtime.CompilerServices.IsVolatile",
    ];

    private static readonly HashSet<string> s_members =
    [
        "System.Environment::get_TickCount",
        "System.Environment::get_TickCount64",
        "System.Guid::NewGuid",
        "System.Buffer::MemoryCopy",
    ];

    private static readonly HashSet<OpCode> s_opCodes = [OpCodes.Volatile, OpCodes.Cpblk, OpCodes.Initblk];

    /// <summary>What the assembly must not have, one line each, in a fixed order.</summary>
    public static IReadOnlyList<string> Violations(AssemblyDefinition assembly)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (ModuleDefinition module in assembly.Modules)
        {
            // The tables of a module list whatever it names: calls, fields, signatures, locals, attributes.
            foreach (TypeReference type in module.GetTypeReferences().Where(IsBanned))
            {
                found.Add($"{type.FullName}: {InSeam}");
            }

            foreach (MemberReference member in module.GetMemberReferences())
            {
                string name = $"{member.DeclaringType.FullName}::{member.Name}";
                if (s_members.Contains(name))
                {
                    found.Add($"{name}: {InSeam}");
                }
            }

            foreach (MethodDefinition method in module.GetTypes().SelectMany(type => type.Methods))
            {
                AddViolations(method, found);
            }
        }

        return [.. found];
    }

    private static void AddViolations(MethodDefinition method, SortedSet<string> found)
    {
        if (method.IsPInvokeImpl)
        {
            found.Add($"{method.FullName} calls native code: {InSeam}");
        }

        if (method.IsSynchronized)
        {
            found.Add($"{method.FullName} is synchronized: {InSeam}");
        }

        if (!method.HasBody)
        {
            return;
        }

        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (s_opCodes.Contains(instruction.OpCode))
            {
                found.Add($"{method.FullName} has {instruction.OpCode.Name} instructions: {InSeam}");
            }
        }
    }

    private static bool IsBanned(TypeReference type)
    {
        TypeReference outermost = type;
        while (outermost.DeclaringType != null)
        {
            outermost = outermost.DeclaringType;
        }

        return s_types.Contains(outermost.FullName)
            || s_namespaces.Any(name =>
                outermost.Namespace == name || outermost.Namespace.StartsWith(name + ".", StringComparison.Ordinal));
    }
}
