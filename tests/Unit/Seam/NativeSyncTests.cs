using System.Reflection;
using Testbed.Sync;
using Xunit;

namespace Testbed.Unit.Seam;

/// <summary>What the production engine must keep to, so that the seam costs nothing.</summary>
public class NativeSyncTests
{
    /// <summary>
    /// The JIT counts the arguments that name a source line, so without the attribute it may call what should be one
    /// instruction. That the result is the same machine code as without the seam, the <c>markloop</c> benchmark shows.
    /// </summary>
    [Fact]
    public void EveryAccessToMemoryAsksToBeInlined()
    {
        MethodInfo[] accesses =
        [
            .. typeof(NativeSync).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(method => method.Name != nameof(NativeSync.Free)
                    && method.GetParameters().Any(parameter => parameter.ParameterType.IsPointer)),
        ];
        Assert.True(accesses.Length > 20, $"only {accesses.Length} members access memory");
        Assert.All(accesses, method => Assert.True(
            method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveInlining), method.ToString()));
    }
}
